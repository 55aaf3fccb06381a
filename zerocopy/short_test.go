package zerocopy_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"bytes"
	"github.com/hotpath-go/hotpath/zerocopy"
)

const promised = 1 << 20

// truncated gives a Body that promises more than its file has. The rest of a
// short file must never be made up, least of all by what is sent after it.
func truncated(t testing.TB, has int64) *zerocopy.Body {
	f := tempFile(t, noise(promised))
	b := zerocopy.NewBody(zerocopy.String("begin"), zerocopy.File(f, 0, promised), zerocopy.String("end"))
	if err := os.Truncate(f.Name(), has); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTruncatedFileEndsTheConn(t *testing.T) {
	for _, has := range []int64{0, 1000, promised - 1} {
		for wname, wrap := range wrappers {
			for sname, snd := range sends {
				t.Run(fmt.Sprint(has, "/", wname, "/", sname), func(t *testing.T) {
					body := truncated(t, has)
					whole := zerocopy.NewBody(zerocopy.String("whole"))
					s := serve(t, func(w http.ResponseWriter, r *http.Request) {
						if r.Method == "POST" {
							snd(w, r, whole)
							return
						}
						n, err := snd(wrap(w), r, body)
						if !errors.Is(err, zerocopy.ErrShortFile) || n > 5+has {
							t.Errorf("sent %d, %v; want at most %d, ErrShortFile", n, err, 5+has)
						}
						// A careless handler fills what is missing.
						if wname == "bare" {
							w.Write(make([]byte, body.Len()-n))
						}
					})
					if resp, got, err := s.get(t, "GET"); err == nil {
						t.Errorf("the client took %s with %d bytes for whole", resp.Status, len(got))
					}
					if _, got, err := s.get(t, "POST"); err != nil || string(got) != "whole" {
						t.Errorf("next request: %q, %v; want whole", got, err)
					}
				})
			}
		}
	}
}

// Without Content-Length net/http ends a response in good order when the
// handler returns: only the abort keeps it from lying.
func TestTruncatedFileInAChunkedResponse(t *testing.T) {
	for sname, snd := range sends {
		t.Run(sname, func(t *testing.T) {
			body := truncated(t, 1000)
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.(http.Flusher).Flush()
				if _, err := snd(w, r, body); !errors.Is(err, zerocopy.ErrShortFile) {
					t.Errorf("%v; want ErrShortFile", err)
				}
			})
			if _, got, err := s.get(t, "GET"); err == nil {
				t.Errorf("the client took %d bytes for whole", len(got))
			}
		})
	}
}

// Bytes went before the body, so that nobody can say sorry any more, and none of
// the body: the response must not end there in good order. That of HTTP/1.0 ends
// with the conn, and only a reset tells it from a whole one.
func TestTruncatedFileBehindOtherBytes(t *testing.T) {
	f := tempFile(t, nil)
	body := zerocopy.NewBody(zerocopy.File(f, 0, 200))
	for sname, snd := range sends {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "X") // so that there is no Content-Length
			w.Write([]byte("front"))
			w.(http.Flusher).Flush()
			if n, err := snd(w, r, body); n != 0 || !errors.Is(err, zerocopy.ErrShortFile) {
				t.Errorf("sent %d, %v; want 0, ErrShortFile", n, err)
			}
		})
		endsInAReset(t, s, sname)
	}
}

// The header went before the body, and says nothing of a length: none of the
// body's bytes is not the end of an empty response.
func TestTruncatedFileBehindAHeader(t *testing.T) {
	for _, size := range []int64{200, promised} {
		body := zerocopy.NewBody(zerocopy.File(tempFile(t, nil), 0, size))
		for sname, snd := range sends {
			for wname, w := range map[string]func(http.ResponseWriter) http.ResponseWriter{
				"bare":   wrappers["bare"],
				"opened": func(w http.ResponseWriter) http.ResponseWriter { return opened{w} },
			} {
				for hname, header := range map[string]func(http.ResponseWriter){
					"flushed": func(w http.ResponseWriter) { w.(http.Flusher).Flush() },
					"written": func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) },
				} {
					s := serve(t, func(rw http.ResponseWriter, r *http.Request) {
						header(rw)
						if n, err := snd(w(rw), r, body); n != 0 || !errors.Is(err, zerocopy.ErrShortFile) {
							t.Errorf("sent %d, %v; want 0, ErrShortFile", n, err)
						}
					})
					endsInAReset(t, s, fmt.Sprint(size, "/", sname, "/", wname, "/", hname))
				}
			}
		}
	}
}

// opened lets what is below be seen, and has nothing else of its own.
type opened struct{ http.ResponseWriter }

func (o opened) Unwrap() http.ResponseWriter { return o.ResponseWriter }

func endsInAReset(t *testing.T, s *site, name string) {
	t.Helper()
	for _, proto := range []string{"1.1", "1.0"} {
		c := s.dial(t)
		fmt.Fprintf(c, "GET / HTTP/%s\r\nHost: x\r\nConnection: close\r\n\r\n", proto)
		got, err := io.ReadAll(c)
		if err == nil || bytes.HasSuffix(got, []byte("0\r\n\r\n")) {
			t.Errorf("%s, HTTP/%s: %q, %v; want a reset", name, proto, got, err)
		}
	}
}

// An empty stream of HTTP/2 is no better.
func TestTruncatedFileBehindAHeaderOfHTTP2(t *testing.T) {
	body := zerocopy.NewBody(zerocopy.File(tempFile(t, nil), 0, 200))
	for sname, snd := range sends {
		client, addr := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			snd(w, r, body)
		}, true, "TLS")
		resp, err := client.Get(addr)
		if err != nil {
			continue // the stream ended before the header was read
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err == nil {
			t.Errorf("%s: %s with %d bytes in good order", sname, resp.Proto, len(got))
		}
	}
}

// A small file is read before anything is written: the handler can still say so.
func TestSmallTruncatedFileLeavesRoomForAnError(t *testing.T) {
	f := tempFile(t, noise(100))
	body := zerocopy.NewBody(zerocopy.File(f, 0, 200))
	for sname, snd := range sends {
		t.Run(sname, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if n, err := snd(w, r, body); n != 0 || !errors.Is(err, zerocopy.ErrShortFile) {
					t.Errorf("sent %d, %v; want 0, ErrShortFile", n, err)
				}
				http.Error(w, "gone", http.StatusInternalServerError)
			})
			if resp, got, err := s.get(t, "GET"); err != nil || resp.StatusCode != 500 || string(got) != "gone\n" {
				t.Errorf("%v, %q, %v; want 500, gone", resp, got, err)
			}
		})
	}
}

func TestShortConnRefusesAndResets(t *testing.T) {
	server, client := pair(t, "tcp")
	if n, err := zerocopy.Send(server, truncated(t, 1000)); n < 5 || n > 1005 || !errors.Is(err, zerocopy.ErrShortFile) {
		t.Fatalf("sent %d, %v; want 5 to 1005, ErrShortFile", n, err)
	}
	for name, f := range map[string]func() error{
		"Write":      func() error { _, err := server.Write([]byte("x")); return err },
		"ReadFrom":   func() error { _, err := server.(io.ReaderFrom).ReadFrom(strings.NewReader("x")); return err },
		"Send":       func() error { _, err := zerocopy.Send(server, zerocopy.NewBody(zerocopy.String("x"))); return err },
		"CloseWrite": func() error { return server.(interface{ CloseWrite() error }).CloseWrite() },
	} {
		if err := f(); !errors.Is(err, zerocopy.ErrShortFile) {
			t.Errorf("%s: %v; want ErrShortFile", name, err)
		}
	}
	server.Close()
	got, err := io.ReadAll(client)
	if err == nil || len(got) > 1005 {
		t.Errorf("client read %d bytes, %v; want a reset", len(got), err)
	}
}

// pair is an accepted conn of a Listener and the client of it.
func pair(t testing.TB, network string) (server, client net.Conn) {
	t.Helper()
	addr := "127.0.0.1:0"
	if network == "unix" {
		addr = t.TempDir() + "/s"
	}
	ln, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	return pairOn(t, zerocopy.NewListener(ln))
}

func pairOn(t testing.TB, ln net.Listener) (server, client net.Conn) {
	t.Helper()
	defer ln.Close()
	client, err := net.Dial(ln.Addr().Network(), ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{client, server} {
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(time.Minute))
	}
	return server, client
}

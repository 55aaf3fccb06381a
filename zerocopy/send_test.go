package zerocopy_test

import (
	"bufio"
	"compress/gzip"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// send is Send and Reply under one signature, so that each test meets both.
type send func(http.ResponseWriter, *http.Request, *zerocopy.Body) (int64, error)

var sends = map[string]send{
	"Send": func(w http.ResponseWriter, _ *http.Request, b *zerocopy.Body) (int64, error) {
		return zerocopy.Send(w, b)
	},
	"Reply": zerocopy.Reply,
}

// naked is what a careless middleware makes: ReadFrom and Unwrap are lost.
type naked struct{ http.ResponseWriter }

// copier implements ReadFrom by io.Copy, as several recorders do.
type copier struct{ http.ResponseWriter }

func (c copier) Flush()                              { c.ResponseWriter.(http.Flusher).Flush() }
func (c copier) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.ResponseWriter, r) }

// limiter wraps the reader once more, which makes net lose sendfile.
type limiter struct{ http.ResponseWriter }

func (l limiter) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(l.ResponseWriter, io.LimitReader(io.LimitReader(r, 1<<40), 1<<40))
}

// zipper is a gzip middleware which makes up its mind at the first Write.
type zipper struct {
	http.ResponseWriter
	gz *gzip.Writer
}

func (z *zipper) Write(p []byte) (int, error) {
	if z.gz == nil {
		z.Header().Del("Content-Length")
		z.Header().Set("Content-Encoding", "gzip")
		z.gz, _ = gzip.NewWriterLevel(z.ResponseWriter, gzip.NoCompression) // noise does not shrink
	}
	return z.gz.Write(p)
}
func (z *zipper) Flush()                      { z.gz.Flush() } // would crash before the first Write
func (z *zipper) Unwrap() http.ResponseWriter { return z.ResponseWriter }

var wrappers = map[string]func(http.ResponseWriter) http.ResponseWriter{
	"bare":    func(w http.ResponseWriter) http.ResponseWriter { return w },
	"naked":   func(w http.ResponseWriter) http.ResponseWriter { return naked{w} },
	"copier":  func(w http.ResponseWriter) http.ResponseWriter { return copier{w} },
	"limiter": func(w http.ResponseWriter) http.ResponseWriter { return limiter{w} },
}

func TestSameBytesThroughEveryWrapper(t *testing.T) {
	for _, sm := range samples(t) {
		for wname, wrap := range wrappers {
			for sname, snd := range sends {
				t.Run(sm.name+"/"+wname+"/"+sname, func(t *testing.T) {
					s := serve(t, func(w http.ResponseWriter, r *http.Request) {
						n, err := snd(wrap(w), r, sm.body)
						if n != sm.body.Len() || err != nil {
							t.Errorf("sent %d, %v; want %d, nil", n, err, sm.body.Len())
						}
					})
					for range 2 { // the second on the same conn
						resp, got, err := s.get(t, "GET")
						if err != nil {
							t.Fatal(err)
						}
						equal(t, "body", got, sm.want)
						if resp.ContentLength != sm.body.Len() {
							t.Errorf("Content-Length %d; want %d", resp.ContentLength, sm.body.Len())
						}
						if want := http.DetectContentType(sm.want); len(sm.want) > 0 && resp.Header.Get("Content-Type") != want {
							t.Errorf("Content-Type %q; want %q", resp.Header.Get("Content-Type"), want)
						}
					}
				})
			}
		}
	}
}

func TestTransformingWrapperSeesTheBytes(t *testing.T) {
	for _, sm := range samples(t)[1:] {
		for sname, snd := range sends {
			t.Run(sm.name+"/"+sname, func(t *testing.T) {
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					z := &zipper{ResponseWriter: w}
					if _, err := snd(z, r, sm.body); err != nil {
						t.Error(err)
					}
					z.gz.Close()
				})
				resp, got, err := s.get(t, "GET")
				if err != nil || resp.Header.Get("Content-Encoding") != "gzip" {
					t.Fatalf("%v, Content-Encoding %q; want gzip", err, resp.Header.Get("Content-Encoding"))
				}
				zr, err := gzip.NewReader(strings.NewReader(string(got)))
				if err != nil {
					t.Fatal(err)
				}
				plain, err := io.ReadAll(zr)
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "unzipped", plain, sm.want)
			})
		}
	}
}

func TestHeadGivesTheHeaderOfGet(t *testing.T) {
	for _, sm := range samples(t)[1:] {
		for sname, snd := range sends {
			t.Run(sm.name+"/"+sname, func(t *testing.T) {
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Date", "fixed")
					if _, err := snd(w, r, sm.body); err != nil {
						t.Error(err)
					}
				})
				get, _, err := s.get(t, "GET")
				if err != nil {
					t.Fatal(err)
				}
				head, none, err := s.get(t, "HEAD")
				if err != nil || len(none) > 0 {
					t.Fatalf("HEAD: %d bytes, %v", len(none), err)
				}
				if g, h := fmt.Sprint(get.Header), fmt.Sprint(head.Header); g != h {
					t.Errorf("HEAD has %s; GET has %s", h, g)
				}
			})
		}
	}
}

func TestStatusWithoutBody(t *testing.T) {
	for _, sm := range samples(t)[1:] {
		for _, status := range []int{http.StatusNoContent, http.StatusNotModified} {
			for sname, snd := range sends {
				t.Run(fmt.Sprint(sm.name, "/", status, "/", sname), func(t *testing.T) {
					s := serve(t, func(w http.ResponseWriter, r *http.Request) {
						w.WriteHeader(status)
						if n, err := snd(w, r, sm.body); n != 0 || !errors.Is(err, http.ErrBodyNotAllowed) {
							t.Errorf("sent %d, %v; want 0, ErrBodyNotAllowed", n, err)
						}
					})
					for range 2 {
						resp, got, err := s.get(t, "GET")
						if err != nil || resp.StatusCode != status || len(got) > 0 {
							t.Errorf("%v, %d bytes, %v; want %d, 0, nil", resp, len(got), err, status)
						}
					}
				})
			}
		}
	}
}

func TestHTTP10(t *testing.T) {
	for _, sm := range samples(t) {
		for sname, snd := range sends {
			t.Run(sm.name+"/"+sname, func(t *testing.T) {
				s := serve(t, func(w http.ResponseWriter, r *http.Request) { snd(w, r, sm.body) })
				c := s.dial(t)
				fmt.Fprint(c, "GET / HTTP/1.0\r\n\r\n")
				got, err := io.ReadAll(c)
				head, body, _ := strings.Cut(string(got), "\r\n\r\n")
				if err != nil || !strings.Contains(head, "Content-Length: "+strconv.Itoa(len(sm.want))) {
					t.Errorf("header %q, %v", head, err)
				}
				equal(t, "body", []byte(body), sm.want)
			})
		}
	}
}

// A body that is a part of a response, or one of unknown length, must not be
// announced as the whole.
func TestPartOfAResponse(t *testing.T) {
	for _, sm := range samples(t)[1:] {
		for sname, snd := range sends {
			for _, how := range []string{"chunked", "length"} {
				t.Run(sm.name+"/"+sname+"/"+how, func(t *testing.T) {
					s := serve(t, func(w http.ResponseWriter, r *http.Request) {
						if how == "length" {
							w.Header().Set("Content-Length", strconv.Itoa(len("before")+len(sm.want)+len("after")))
						}
						io.WriteString(w, "before")
						if how == "chunked" {
							w.(http.Flusher).Flush()
						}
						if _, err := snd(w, r, sm.body); err != nil {
							t.Error(err)
						}
						io.WriteString(w, "after")
					})
					for range 2 {
						_, got, err := s.get(t, "GET")
						if err != nil {
							t.Fatal(err)
						}
						equal(t, "body", got, []byte("before"+string(sm.want)+"after"))
					}
				})
			}
		}
	}
}

// A handler that says both how long the body is and that it is chunked gets what
// net/http makes of it, and no token ends up as zeros in a chunk.
func TestLengthAndTransferEncoding(t *testing.T) {
	for _, size := range []int{100, 4096, 20_000} {
		body := zerocopy.NewBody(zerocopy.Bytes(noise(size)))
		for sname, snd := range sends {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", strconv.Itoa(size))
				w.Header().Set("Transfer-Encoding", "chunked")
				if _, err := snd(w, r, body); err != nil {
					t.Error(sname, size, err)
				}
			})
			resp, got, err := s.get(t, "GET")
			if err != nil || len(resp.TransferEncoding) != 1 {
				t.Fatal(sname, size, resp, err)
			}
			equal(t, sname, got, noise(size))
		}
	}
}

// A Content-Length smaller than the body must never let the rest follow: it
// would be read as the next response.
func TestBodyLongerThanItsContentLength(t *testing.T) {
	body := zerocopy.NewBody(parts(noise(100_000), 3)...)
	for sname, snd := range sends {
		t.Run(sname, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", "10")
				if _, err := snd(w, r, body); !errors.Is(err, http.ErrContentLength) {
					t.Errorf("%v; want http.ErrContentLength", err)
				}
			})
			c := s.dial(t)
			fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			got, _ := io.ReadAll(c)
			if _, body, _ := strings.Cut(string(got), "\r\n\r\n"); len(body) > 10 {
				t.Errorf("%d bytes of body for a Content-Length of 10", len(body))
			}
		})
	}
}

func TestTLSAndHTTP2(t *testing.T) {
	all := samples(t)
	for _, h2 := range []bool{false, true} {
		for _, outer := range []string{"TLS", "Listener"} {
			for sname, snd := range sends {
				t.Run(fmt.Sprint("h2=", h2, "/", outer, " outside/", sname), func(t *testing.T) {
					h := func(w http.ResponseWriter, r *http.Request) {
						i, _ := strconv.Atoi(r.URL.Query().Get("i"))
						if n, err := snd(w, r, all[i].body); n != all[i].body.Len() || err != nil {
							t.Errorf("%s: sent %d, %v", all[i].name, n, err)
						}
						if h2 != (r.ProtoMajor == 2) {
							t.Error("HTTP version ", r.Proto)
						}
					}
					client, url := serveTLS(t, h, h2, outer)
					for i, sm := range all {
						if len(sm.want) > 1<<20 && (outer != "TLS" || sname != "Reply") {
							continue // all four are the same tls.Conn, and encrypting takes long
						}
						resp, err := client.Get(url + "/?i=" + strconv.Itoa(i))
						if err != nil {
							t.Fatal(err)
						}
						got, err := io.ReadAll(resp.Body)
						resp.Body.Close()
						if err != nil {
							t.Error(err)
						}
						equal(t, sm.name, got, sm.want)
					}
				})
			}
		}
	}
}

// serveTLS serves h over TLS with a Listener inside it or outside of it.
func serveTLS(t *testing.T, h http.HandlerFunc, h2 bool, outer string) (*http.Client, string) {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.EnableHTTP2 = h2
	srv.Listener = zerocopy.NewListener(srv.Listener)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	if outer == "TLS" {
		return srv.Client(), srv.URL
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	zl := zerocopy.NewListener(tls.NewListener(ln, srv.TLS.Clone()))
	outside := &http.Server{Handler: h, TLSConfig: srv.TLS.Clone()}
	done := make(chan struct{})
	go func() { defer close(done); outside.Serve(zl) }()
	t.Cleanup(func() { outside.Close(); <-done })
	return srv.Client(), "https://" + zl.Addr().String()
}

func TestTLSConnIsReturnedUntouched(t *testing.T) {
	inner := &oneConn{c: tls.Server(nil, &tls.Config{})}
	if got, _ := zerocopy.NewListener(inner).Accept(); got != inner.c {
		t.Errorf("got a %T; want the *tls.Conn itself", got)
	}
}

// oneConn accepts one conn that the test made.
type oneConn struct {
	net.Listener
	c net.Conn
}

func (o *oneConn) Accept() (net.Conn, error) { return o.c, nil }

func TestOneBodyForManyClientsAtOnce(t *testing.T) {
	data := noise(200_000)
	f := tempFile(t, data)
	body := zerocopy.NewBody(zerocopy.Bytes(data[:50_000]), zerocopy.File(f, 50_000, 100_000), zerocopy.Bytes(data[150_000:]))
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := zerocopy.Reply(w, r, body); err != nil {
			t.Error(err)
		}
	})
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for range 3 {
				_, got, err := s.get(t, "GET")
				if err != nil {
					t.Error(err)
				}
				equal(t, "body", got, data)
			}
		})
	}
	wg.Wait()
}

func TestExpectContinueAndRequestBody(t *testing.T) {
	sm := samples(t)[5]
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		if _, err := zerocopy.Reply(w, r, sm.body); err != nil {
			t.Error(err)
		}
	})
	c := s.dial(t)
	br := bufio.NewReader(c)
	for range 2 {
		fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
		if line, err := br.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
			t.Fatalf("got %q, %v; want 100 Continue", line, err)
		}
		br.ReadString('\n')
		fmt.Fprint(c, "hello")
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "body", got, sm.want)
	}
}

// http.ServeContent knows ranges; it needs only an io.ReadSeeker.
func TestServeContentFromAReader(t *testing.T) {
	all := samples(t)
	sm := all[len(all)-1]
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "x.bin", time.Time{}, sm.body.NewReader())
	})
	req, _ := http.NewRequestWithContext(t.Context(), "GET", s.url, nil)
	req.Header.Set("Range", "bytes=90-2600000")
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusPartialContent {
		t.Errorf("%s, %v; want 206", resp.Status, err)
	}
	equal(t, "range", got, sm.want[90:min(2_600_001, len(sm.want))])
}

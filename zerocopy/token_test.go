package zerocopy

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A token that does not reach the conn by its address must never be answered
// with zeros: whatever the writer did with it, the client sees a broken response.
func TestTokenThatLosesItsAddressBreaksTheConn(t *testing.T) {
	body := NewBody(String(strings.Repeat("body", 4000)))
	header := "HTTP/1.1 200 OK\r\nContent-Length: 16000\r\n\r\n"
	for name, write := range map[string]func(w io.Writer){
		"copied":          func(w io.Writer) { w.Write(append([]byte(nil), window[:body.n]...)) },
		"copied in parts": func(w io.Writer) { w.Write(window[:5000]); w.Write(make([]byte, body.n-5000)) },
		"twice":           func(w io.Writer) { w.Write(window[:body.n-100]); w.Write(window[:5000]) },
		"by ReadFrom": func(w io.Writer) {
			w.(io.ReaderFrom).ReadFrom(io.LimitReader(NewBody(Bytes(window[:])).NewReader(), body.n))
		},
		"swallowed": func(io.Writer) {},
	} {
		t.Run(name, func(t *testing.T) {
			c, server, client := accepted(t, "tcp")
			c.announce()
			c.from = originHTTP
			io.WriteString(server, header)
			if !c.arm(promise{b: body, left: body.n}) {
				t.Fatal("not armed")
			}
			write(server)
			if left := c.disarm(); left > 0 {
				c.fail(errMisplaced)
			}
			server.Close()
			got, err := io.ReadAll(client)
			if err == nil || strings.Contains(string(got), "\x00") {
				t.Errorf("client got %d bytes, %v; want a reset and no zeros", len(got), err)
			}
			if _, err := server.Write([]byte("x")); !errors.Is(err, errMisplaced) {
				t.Errorf("Write after it: %v; want errMisplaced", err)
			}
		})
	}
}

// Without a promise there is nothing a token could stand for.
func TestStrayTokenIsRefused(t *testing.T) {
	_, server, client := accepted(t, "tcp")
	if n, err := server.Write(window[100:9000]); n != 0 || !errors.Is(err, errMisplaced) {
		t.Errorf("Write = %d, %v; want 0, errMisplaced", n, err)
	}
	server.Close()
	if got, err := io.ReadAll(client); err == nil || len(got) > 0 {
		t.Errorf("client got %d bytes, %v; want a reset", len(got), err)
	}
}

// Only a header of just this body lets tokens through.
func TestArmNeedsTheHeaderOfTheBody(t *testing.T) {
	body := NewBody(String(strings.Repeat("body", 4000)))
	for header, want := range map[string]bool{
		"HTTP/1.1 200 OK\r\nContent-Length: 16000\r\n\r\n":      true,
		"HTTP/1.1 200 OK\r\nContent-Length: 160000\r\n\r\n":     false,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n": false,
		"HTTP/1.1 200 OK\r\nContent-Length: 16000\r\n\r\nfront": false,
		"3e80\r\n": false,
		"":         false,
	} {
		c, server, _ := accepted(t, "tcp")
		c.announce()
		c.from = originHTTP
		if header != "" {
			io.WriteString(server, header)
		}
		if got := c.arm(promise{b: body, left: body.n}); got != want {
			t.Errorf("%q: armed %v; want %v", header, got, want)
		}
	}
}

// Bodies longer than the window go by several tokens, the last not too short
// for net/http to pass on.
func TestTokensOfAnyLength(t *testing.T) {
	w := int64(len(window))
	for _, n := range []int64{minToken, w, w + 1, w + minToken - 1, w + minToken, 3*w + 5} {
		var got []int64
		sent, err := tokens(lengths{&got}, n)
		sum := int64(0)
		for _, g := range got {
			sum += g
			if g < minToken {
				t.Errorf("%d: a token of %d", n, g)
			}
		}
		if sum != n || sent != n || err != nil {
			t.Errorf("%d: tokens of %v, sent %d, %v", n, got, sent, err)
		}
	}
}

type lengths struct{ got *[]int64 }

func (lengths) Header() http.Header { return nil }
func (lengths) WriteHeader(int)     {}
func (l lengths) Write(p []byte) (int, error) {
	*l.got = append(*l.got, int64(len(p)))
	return len(p), nil
}

// A writer nobody has read gets no token.
func TestTransparentKnowsWriters(t *testing.T) {
	known := make(chan [3]bool, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known <- [3]bool{transparent(w), transparent(struct{ http.ResponseWriter }{w}), transparent(&ring{})}
	}))
	defer srv.Close()
	resp, err := srv.Client().Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := <-known; got != [3]bool{true, false, false} {
		t.Errorf("net/http's, an unknown, a ring: %v; want true, false, false", got)
	}
}

type ring struct{ http.ResponseWriter }

func (r *ring) Unwrap() http.ResponseWriter { return r }

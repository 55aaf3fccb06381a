package zerocopy_test

import (
	"bytes"
	"context"
	"crypto/subtle"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// Conns that others put around ours see the bytes that the peer sees, whatever
// the response is made of, and may change them in place.

// A recorder keeps what was written.
type recorder struct {
	net.Conn
	log *lockedBuffer
}

func (r recorder) Write(p []byte) (int, error) {
	n, err := r.Conn.Write(p)
	r.log.Write(p[:n])
	return n, err
}

// A cipher conn changes what is read where it lies, as stream ciphers do.
type cipher struct{ net.Conn }

var key = bytes.Repeat([]byte{0x55}, 32<<10)

func flip(p []byte) []byte {
	for rest := p; len(rest) > 0; {
		rest = rest[subtle.XORBytes(rest, rest, key):]
	}
	return p
}

func (c cipher) Write(p []byte) (int, error) { return c.Conn.Write(flip(bytes.Clone(p))) }

func (c cipher) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	flip(p[:n])
	return n, err
}

// A limited conn embeds ours and changes nothing, as that of a LimitListener.
type limited struct{ net.Conn }

func (c limited) Close() error { return c.Conn.Close() }

// outer is a listener around ours.
type outer struct {
	net.Listener
	wrap func(net.Conn) net.Conn
}

func (o outer) Accept() (net.Conn, error) {
	c, err := o.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return o.wrap(c), nil
}

// serveAbove is serve with conns that wrap ours.
func serveAbove(t *testing.T, wrap func(net.Conn) net.Conn, h http.HandlerFunc) *zerocopy.Listener {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := zerocopy.NewListener(inner)
	srv := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(outer{ln, wrap}) }()
	t.Cleanup(func() { srv.Close(); <-done })
	return ln
}

func TestConnAboveSeesTheBytes(t *testing.T) {
	for _, sm := range samples(t)[1:] {
		for _, over := range []string{"recorder", "cipher", "limited"} {
			t.Run(sm.name+"/"+over, func(t *testing.T) {
				var log lockedBuffer
				ln := serveAbove(t, map[string]func(net.Conn) net.Conn{
					"recorder": func(c net.Conn) net.Conn { return recorder{c, &log} },
					"cipher":   func(c net.Conn) net.Conn { return cipher{c} },
					"limited":  func(c net.Conn) net.Conn { return limited{c} },
				}[over], func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Connection", "close")
					if _, err := zerocopy.Reply(w, r, sm.body); err != nil {
						t.Error(err)
					}
				})
				c, err := net.Dial("tcp", ln.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				if over == "cipher" {
					c = cipher{c}
				}
				fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				all, err := io.ReadAll(c)
				if err != nil {
					t.Error(err)
				}
				_, body, _ := bytes.Cut(all, []byte("\r\n\r\n"))
				equal(t, "body", body, sm.want)
				if over == "recorder" {
					log.mu.Lock()
					equal(t, "record", log.Bytes(), all)
					log.mu.Unlock()
				}
			})
		}
	}
}

// A conn that only embeds ours costs nothing of what is gained.
func TestConnAboveThatOnlyEmbedsKeepsTheWay(t *testing.T) {
	body := zerocopy.NewBody(zerocopy.File(tempFile(t, noise(100_000)), 0, 100_000))
	served := make(chan struct{})
	ln := serveAbove(t, func(c net.Conn) net.Conn { return limited{c} }, func(w http.ResponseWriter, r *http.Request) {
		zerocopy.Reply(w, r, body)
		close(served)
	})
	resp, err := http.Get("http://" + ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); n != 100_000 || err != nil {
		t.Error(n, err)
	}
	<-served
	if s := ln.Stats(); hasSplice && s.SendfileBytes != 100_000 {
		t.Errorf("%+v; want all by sendfile", s)
	}
}

// A proxied body goes through a cipher above either side of the proxy.
func TestProxyBelowACipher(t *testing.T) {
	plain := func(c net.Conn) net.Conn { return c }
	coded := func(c net.Conn) net.Conn { return cipher{c} }
	t.Run("client", func(t *testing.T) { throughProxy(t, coded, plain) })
	t.Run("upstream", func(t *testing.T) { throughProxy(t, plain, coded) })
}

// throughProxy uploads and downloads; front and back wrap both ends of the two
// connections.
func throughProxy(t *testing.T, front, back func(net.Conn) net.Conn) {
	want := bigNoise()
	upstream := serveAbove(t, back, func(w http.ResponseWriter, r *http.Request) {
		p, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		equal(t, "upload", p, want)
		sendsLength(want)(w, r)
	})
	to, _ := url.Parse("http://" + upstream.Addr().String())
	rp := httputil.NewSingleHostReverseProxy(to)
	tr := dialing(new(zerocopy.Dialer).DialContext, back)
	rp.Transport = tr
	proxy := serveAbove(t, front, zerocopy.Proxy(rp).ServeHTTP)
	client := &http.Client{Transport: dialing(new(net.Dialer).DialContext, front)}
	t.Cleanup(func() { client.CloseIdleConnections(); tr.CloseIdleConnections() })
	for range 2 {
		resp, err := client.Post("http://"+proxy.Addr().String(), "x/y", bytes.NewReader(want))
		if err != nil {
			t.Fatal(err)
		}
		down, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Error(err)
		}
		equal(t, "download", down, want)
	}
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

func dialing(dial dialFunc, wrap func(net.Conn) net.Conn) *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return wrap(c), nil
	}}
}

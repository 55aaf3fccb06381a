package netpoll_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// serverTLS has httptest's certificate, for example.com and 127.0.0.1.
var serverTLS = func() *tls.Config {
	ts := httptest.NewUnstartedServer(nil)
	ts.StartTLS()
	defer ts.Close()
	return &tls.Config{Certificates: ts.TLS.Certificates}
}()

func withProtos(protos ...string) *tls.Config {
	c := serverTLS.Clone()
	c.NextProtos = protos
	return c
}

func serveTLS(t testing.TB, conf *tls.Config, o *netpoll.Options, h http.Handler, edit ...func(*http.Server)) *netpoll.Listener {
	t.Helper()
	l, err := netpoll.ListenTLS(listenOn(t, "tcp"), conf, o)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h, ErrorLog: quiet}
	for _, f := range edit {
		f(srv)
	}
	l.Install(srv)
	run(t, srv, l)
	return l
}

func dialTLS(t testing.TB, l net.Listener, most uint16) *tls.Conn {
	t.Helper()
	c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, MaxVersion: most})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	return c
}

var versions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// A session goes on after any number of parks, and the request knows it.
func TestTLSParks(t *testing.T) {
	for name, version := range versions {
		t.Run(name, func(t *testing.T) {
			l := serveTLS(t, serverTLS, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.TLS == nil || !r.TLS.HandshakeComplete || r.TLS.Version != version || connOf(r).Served() == 0 {
					t.Errorf("r.TLS is %+v", r.TLS)
				}
				io.WriteString(w, strings.Repeat("hello", 10000))
			}), withConn)
			c := dialTLS(t, l, version)
			for range 5 {
				if got := get(t, c, "/"); len(got) != 50000 {
					t.Fatalf("%d bytes", len(got))
				}
				idling(t, l, 1)
			}
			if s := l.Stats(); parks && s.Wakes < 4 || s.Open != 1 {
				t.Errorf("%+v", s)
			}
			c.Close()
			eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
		})
	}
}

// Every gap of the corpus parks the session, which is ours for all of it, and crypto/tls's for some.
func TestTLSSameAsPlain(t *testing.T) {
	t.Parallel()
	plain := httptest.NewUnstartedServer(corpusHandler)
	small(plain.Config)
	plain.StartTLS()
	defer plain.Close()
	var wg sync.WaitGroup
	for i, s := range corpus {
		for _, only := range []bool{false, true} {
			if s.half || s.raw || only && i%5 != 0 || strings.HasPrefix(s.last(), "@") {
				continue
			}
			l := serveTLS(t, serverTLS, &netpoll.Options{ParkAfter: soon, OnlyCryptoTLS: only}, corpusHandler, small)
			wg.Go(func() {
				want, got := playTLS(t, plain.Listener, s, pause), playTLS(t, l, s, settler(l))
				if got != want {
					t.Errorf("%s: through the listener:\n%q\nplain:\n%q", s.name, got, want)
				}
			})
		}
	}
	wg.Wait()
}

func playTLS(t testing.TB, l net.Listener, s script, gap func()) string {
	c := dialTLS(t, l, 0)
	defer c.Close()
	for _, chunk := range s.chunks {
		gap()
		io.WriteString(c, chunk)
	}
	gap()
	if !s.closed {
		io.WriteString(c, getEnd)
	}
	got, _ := io.ReadAll(c)
	return dateLine.ReplaceAllString(string(got), "")
}

// One record cut anywhere: the half of it that came first is in the session when that is parked.
func TestTLSRecordInPieces(t *testing.T) {
	t.Parallel()
	l := serveTLS(t, serverTLS, &netpoll.Options{ParkAfter: soon}, hello)
	raw := dial(t, l)
	cut := &cutter{Conn: raw}
	c := tls.Client(cut, &tls.Config{InsecureSkipVerify: true})
	get(t, c, "/")
	cut.pause = 2 * time.Millisecond
	for range 3 {
		idling(t, l, 1)
		if got := get(t, c, "/"); got != "hello" {
			t.Fatalf("%q", got)
		}
	}
}

type cutter struct {
	net.Conn
	pause time.Duration
}

func (c *cutter) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil && c.pause > 0 {
		m := 0
		m, err = c.Conn.Write(p[:min(7, len(p))])
		p, n = p[m:], n+m
		time.Sleep(c.pause)
	}
	if c.pause == 0 {
		return c.Conn.Write(p)
	}
	return n, err
}

// HTTP/2 gets the *tls.Conn that net/http asserts, and is not parked.
func TestTLSWithHTTP2(t *testing.T) {
	l := serveTLS(t, withProtos("h2", "http/1.1"), &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto)
	}))
	tr := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	defer tr.CloseIdleConnections()
	for range 3 {
		resp, err := (&http.Client{Transport: tr}).Get("https://" + l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(body) != "HTTP/2.0" {
			t.Errorf("spoke %s", body)
		}
		time.Sleep(3 * time.Millisecond)
	}
	if s := l.Stats(); s.Parks != 0 || s.Open != 1 {
		t.Errorf("%+v", s)
	}
	c := dialTLS(t, l, 0) // no ALPN: HTTP/1.1
	if got := get(t, c, "/"); got != "HTTP/1.1" {
		t.Errorf("spoke %s", got)
	}
	idling(t, l, 1)
	tr.CloseIdleConnections()
	eventually(t, "counted out", func() bool { return l.Stats().Open == 1 })
}

// Neither a client that says nothing nor one that speaks something else holds up the next.
func TestTLSHandshakeIsOffTheAcceptPath(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 8)
	l := serveTLS(t, serverTLS, &netpoll.Options{
		ParkAfter: soon, HandshakeError: func(nc net.Conn, err error) { failed <- err },
	}, hello)
	dial(t, l) // silent
	for range 3 {
		get(t, dialTLS(t, l, 0), "/")
	}
	plain := dial(t, l)
	io.WriteString(plain, getHello)
	if got, _ := io.ReadAll(plain); !strings.HasPrefix(string(got), "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.") {
		t.Errorf("plain HTTP got %q", got)
	}
	garbage := dial(t, l)
	io.WriteString(garbage, strings.Repeat("garbage", 100))
	io.ReadAll(garbage)
	for range 2 {
		if err := <-failed; err == nil {
			t.Error("no error told")
		}
	}
	eventually(t, "counted", func() bool { s := l.Stats(); return s.HandshakeErrors == 2 && s.Open == 3+1 })
}

func TestTLSHandshakeTimeout(t *testing.T) {
	t.Parallel()
	l := serveTLS(t, serverTLS, &netpoll.Options{HandshakeTimeout: brief}, hello)
	start := time.Now()
	silent := dial(t, l)
	if n, err := silent.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("the silent client read %d, %v", n, err)
	}
	if took := time.Since(start); took < brief {
		t.Errorf("closed after %v", took)
	}
	eventually(t, "counted", func() bool { s := l.Stats(); return s.HandshakeErrors == 1 && s.Open == 0 })
}

// Close ends handshakes under way.
func TestTLSCloseEndsHandshakes(t *testing.T) {
	l, err := netpoll.ListenTLS(listenOn(t, "tcp"), serverTLS, nil)
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan error)
	go func() {
		_, err := l.Accept()
		accepted <- err
	}()
	c := dial(t, l)
	eventually(t, "shaking hands", func() bool { return l.Stats().Open == 1 })
	l.Close()
	if err := <-accepted; !errors.Is(err, netpoll.ErrClosed) {
		t.Error(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the client got %v", err)
	}
	eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
}

// A parked session that is closed from here says so, as net/http's Close does.
func TestTLSSaysGoodbye(t *testing.T) {
	t.Parallel()
	l := serveTLS(t, serverTLS, &netpoll.Options{ParkAfter: soon}, hello)
	raw := dial(t, l)
	c := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
	get(t, c, "/")
	idling(t, l, 1)
	l.CloseIdle()
	if parks { // crypto/tls would report a bare FIN as io.EOF too
		if got, err := io.ReadAll(raw); err != nil || !bytes.HasSuffix(got, append([]byte{23, 3, 3, 0, 19}, got[max(0, len(got)-19):]...)) {
			t.Errorf("got %x, %v; want a close_notify", got, err)
		}
	}
}

// Clients that read nothing cannot make it wait, as they can tls.Conn.Close, for 5 s each.
func TestTLSGoodbyeDoesNotWait(t *testing.T) {
	if !parks {
		return
	}
	for _, only := range []bool{false, true} {
		l, err := netpoll.ListenTLS(listenOn(t, "unix"), serverTLS, &netpoll.Options{ParkAfter: soon, OnlyCryptoTLS: only})
		if err != nil {
			t.Fatal(err)
		}
		files := make(chan *os.File, 1)
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var nc net.Conn = connOf(r)
			for !is[*net.UnixConn](nc) {
				nc = nc.(interface{ NetConn() net.Conn }).NetConn()
			}
			f, err := nc.(*net.UnixConn).File()
			if err != nil {
				t.Error(err)
			}
			files <- f
		})}
		withConn(srv)
		l.Install(srv)
		run(t, srv, l)
		const stuck = 6
		for i := range stuck {
			io.WriteString(tls.Client(dial(t, l), &tls.Config{InsecureSkipVerify: true}), getHello)
			f := <-files
			defer f.Close()
			idling(t, l, i+1)
			for _, size := range []int{1 << 20, 1000, 1} { // what has no room for many may have some for few
				f.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
				for err = nil; err == nil; {
					_, err = f.Write(make([]byte, size))
				}
			}
		}
		start := time.Now()
		l.CloseIdle()
		if took := time.Since(start); took > (stuck-1)*5*time.Second {
			t.Errorf("only crypto/tls: %v: took %v", only, took)
		}
	}
}

// A last request and the end of the session may come together, and the request has to be served.
func TestTLSLastRequestThenGone(t *testing.T) {
	l := serveTLS(t, serverTLS, &netpoll.Options{ParkAfter: soon}, hello)
	for range 20 {
		c := dialTLS(t, l, 0)
		get(t, c, "/")
		idling(t, l, 1)
		io.WriteString(c, getHello)
		c.CloseWrite()
		expectHello(t, bufio.NewReader(c))
		c.Close()
		eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
	}
}

func TestListenTLSWithoutCertificate(t *testing.T) {
	defer func() {
		if s, ok := recover().(string); !ok || !strings.Contains(s, "Certificates") {
			t.Errorf("want a panic with the cure, got %v", s)
		}
	}()
	netpoll.ListenTLS(listenOn(t, "tcp"), nil, nil)
}

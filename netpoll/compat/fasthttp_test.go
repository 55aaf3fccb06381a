package compat

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/hotpath-go/hotpath/netpoll"
)

func hello(ctx *fasthttp.RequestCtx) { ctx.SetBodyString("hello") }

// fast runs a fasthttp server over l, whose states are reported, until the test ends.
func fast(t testing.TB, l *netpoll.Listener, srv *fasthttp.Server) {
	t.Helper()
	srv.ConnState = netpoll.StateHook[fasthttp.ConnState](l)
	run(t, l, srv)
}

func run(t testing.TB, l net.Listener, srv *fasthttp.Server) {
	srv.Logger = nothing{}
	srv.MaxIdleWorkerDuration = 50 * time.Millisecond
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		l.Close()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

type nothing struct{}

func (nothing) Printf(string, ...any) {}

var flavours = map[string]func() *fasthttp.Server{
	"default":           func() *fasthttp.Server { return &fasthttp.Server{} },
	"ReduceMemoryUsage": func() *fasthttp.Server { return &fasthttp.Server{ReduceMemoryUsage: true} },
	"big buffers":       func() *fasthttp.Server { return &fasthttp.Server{ReadBufferSize: 16384} },
	"timeouts": func() *fasthttp.Server {
		return &fasthttp.Server{ReadTimeout: time.Hour, WriteTimeout: time.Hour, IdleTimeout: time.Hour}
	},
	"streams": func() *fasthttp.Server { return &fasthttp.Server{StreamRequestBody: true} },
}

func TestFasthttpParks(t *testing.T) {
	for name, flavour := range flavours {
		t.Run(name, func(t *testing.T) {
			l := listen(t, &netpoll.Options{ParkAfter: soon})
			srv := flavour()
			srv.Handler = func(ctx *fasthttp.RequestCtx) {
				ctx.SetBodyString("hello" + string(ctx.PostBody()))
			}
			fast(t, l, srv)
			silent := dial(t, l)
			idling(t, l, 1)
			c := dial(t, l)
			for range 4 {
				if got := ask(t, c, get); got != "hello" {
					t.Fatalf("%q", got)
				}
				idling(t, l, 2)
				if got := ask(t, c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nworld"); got != "helloworld" {
					t.Fatalf("%q", got)
				}
				idling(t, l, 2)
			}
			if s := l.Stats(); parks && s.Wakes < 7 {
				t.Errorf("%+v", s)
			}
			c.Close()
			silent.Close()
			eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
		})
	}
}

// fasthttp answers a failed first Read with an error page: not where the connection is parked.
func TestFasthttpSaysNothingWhenParked(t *testing.T) {
	l := listen(t, &netpoll.Options{ParkAfter: soon, FirstByteTimeout: 300 * time.Millisecond})
	fast(t, l, &fasthttp.Server{Handler: hello})
	c := dial(t, l)
	idling(t, l, 1)
	got, err := io.ReadAll(c)
	if parks && (len(got) != 0 || err != nil) {
		t.Errorf("got %q, %v", got, err)
	}
}

// The same bytes come back whether or not every gap parks.
func TestFasthttpSameAsPlain(t *testing.T) {
	post := "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
	chunked := "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
	end := "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	scripts := map[string][]string{
		"simple":        {get, get, end},
		"pipelined":     {get + get + post + get, end},
		"split":         {get[:1], get[1:3], get[3:], post[:20], post[20:], end},
		"held over":     {get + get[:5], get[5:] + post[:30], post[30:], end},
		"CRLF between":  {post, "\r\n" + get, "\r\n", get, end},
		"chunked":       {chunked[:60], chunked[60:], chunked + end},
		"100-continue":  {"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", "abc", end},
		"HTTP/1.0":      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"},
		"garbage":       {get, "\x00\x01garbage\r\n\r\n"},
		"garbage first": {"garbage\r\n\r\n"},
		"HEAD":          {"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", end},
	}
	for flavour, server := range flavours {
		echo := func(ctx *fasthttp.RequestCtx) {
			ctx.Response.Header.Set("Date", "x")
			ctx.SetBody(ctx.PostBody())
			ctx.SetUserValue("n", ctx.ConnRequestNum())
		}
		inner, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		plain, parked := server(), server()
		plain.Handler, parked.Handler = echo, echo
		run(t, inner, plain)
		l := listen(t, &netpoll.Options{ParkAfter: soon})
		fast(t, l, parked)
		for name, chunks := range scripts {
			want, got := play(t, inner, chunks), play(t, l, chunks)
			if got != want {
				t.Errorf("%s, %s: through the listener:\n%q\nplain:\n%q", flavour, name, got, want)
			}
		}
		if s := l.Stats(); parks && s.Parks < uint64(2*len(scripts)) {
			t.Errorf("%s: %+v", flavour, s)
		}
	}
}

func play(t *testing.T, l net.Listener, chunks []string) string {
	c := dial(t, l)
	defer c.Close()
	for _, chunk := range chunks {
		time.Sleep(2 * time.Millisecond)
		io.WriteString(c, chunk)
	}
	got, err := io.ReadAll(c)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("%q: %v", got, err)
	}
	lines := strings.Split(string(got), "\r\n")
	kept := lines[:0]
	for _, line := range lines {
		if !strings.HasPrefix(line, "Date:") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\r\n")
}

// A handler that holds the connection for long, and one that has hijacked it, are not idle.
func TestFasthttpBusyIsNotParked(t *testing.T) {
	l := listen(t, &netpoll.Options{ParkAfter: soon})
	entered := make(chan bool)
	fast(t, l, &fasthttp.Server{StreamRequestBody: true, Handler: func(ctx *fasthttp.RequestCtx) {
		if string(ctx.Path()) == "/hijack" {
			ctx.Hijack(func(c net.Conn) {
				buf := make([]byte, 4096)
				for range 2 {
					c.SetReadDeadline(time.Now().Add(20 * time.Second))
					n, err := c.Read(buf)
					if err != nil {
						t.Error(err)
						return
					}
					c.Write(buf[:n])
				}
			})
			return
		}
		entered <- true
		body, err := io.ReadAll(ctx.RequestBodyStream())
		if err != nil {
			t.Error(err)
		}
		ctx.SetBody(body)
	}})
	c := dial(t, l)
	body := strings.Repeat("x", 8192)
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 24576\r\n\r\n"+body) // 8 kB are read ahead
	<-entered
	before := l.Stats().Parks
	for range 2 {
		time.Sleep(5 * time.Millisecond)
		io.WriteString(c, body)
	}
	if got := answer(t, bufio.NewReader(c)); len(got) != 3*len(body) {
		t.Errorf("%d bytes", len(got))
	}
	if now := l.Stats().Parks; now > before+1 {
		t.Errorf("%d parks within a request", now-before)
	}
	idling(t, l, 1)
	io.WriteString(c, "GET /hijack HTTP/1.1\r\nHost: x\r\n\r\n")
	br := bufio.NewReader(c)
	answer(t, br)
	before = l.Stats().Parks
	for range 2 {
		time.Sleep(5 * time.Millisecond)
		io.WriteString(c, "ping")
		got := make([]byte, 4)
		if _, err := io.ReadFull(br, got); string(got) != "ping" {
			t.Fatalf("%q %v", got, err)
		}
	}
	if now := l.Stats().Parks; now != before {
		t.Errorf("%d parks after a hijack", now-before)
	}
}

// The idle timeout goes on while parked, and a connection that was parked for long has its whole ReadTimeout.
func TestFasthttpTimeouts(t *testing.T) {
	const brief = 300 * time.Millisecond
	l := listen(t, &netpoll.Options{ParkAfter: soon})
	fast(t, l, &fasthttp.Server{Handler: hello, IdleTimeout: brief, ReadTimeout: brief / 2})
	c := dial(t, l)
	ask(t, c, get)
	idling(t, l, 1)
	since := time.Now()
	if got, err := io.ReadAll(c); len(got) != 0 || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if took := time.Since(since); took < brief/2 {
		t.Errorf("closed after %v", took)
	}
	eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
	if s := l.Stats(); parks && s.Expired != 1 {
		t.Errorf("%+v", s)
	}
}

// Shutdown closes what is parked and lets a request in flight finish.
func TestFasthttpShutdown(t *testing.T) {
	l := listen(t, &netpoll.Options{ParkAfter: soon})
	release, entered := make(chan bool), make(chan bool)
	srv := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
		if string(ctx.Path()) == "/wait" {
			entered <- true
			<-release
		}
		ctx.SetBodyString("hello")
	}, CloseOnShutdown: true}
	fast(t, l, srv)
	var conns []net.Conn
	for range 50 {
		c := dial(t, l)
		ask(t, c, get)
		conns = append(conns, c)
	}
	idling(t, l, 50)
	busy := dial(t, l)
	io.WriteString(busy, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	ended := make(chan error, 1)
	go func() { ended <- srv.Shutdown() }()
	if parks {
		for _, c := range conns {
			if _, err := c.Read(make([]byte, 1)); err != io.EOF {
				t.Fatal(err)
			}
		}
	}
	close(release)
	if got := answer(t, bufio.NewReader(busy)); got != "hello" {
		t.Errorf("in flight: %q", got)
	}
	for _, c := range conns {
		c.Close()
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
}

// Goroutines do not grow with idle connections.
func TestFasthttpHoldsNoGoroutine(t *testing.T) {
	if !parks {
		return
	}
	l := listen(t, &netpoll.Options{ParkAfter: soon})
	fast(t, l, &fasthttp.Server{Handler: hello})
	before := runtime.NumGoroutine()
	for range 500 {
		ask(t, dial(t, l), get)
	}
	idling(t, l, 500)
	eventually(t, "workers gone", func() bool { return runtime.NumGoroutine() <= before+3 })
}

// TLS through netpoll's own listener parks under fasthttp too, which sees that it is TLS.
func TestFasthttpTLS(t *testing.T) {
	ts := httptest.NewUnstartedServer(nil)
	ts.StartTLS()
	conf := &tls.Config{Certificates: ts.TLS.Certificates}
	ts.Close()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := netpoll.ListenTLS(inner, conf, &netpoll.Options{ParkAfter: soon})
	if err != nil {
		t.Fatal(err)
	}
	fast(t, l, &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
		if !ctx.IsTLS() || ctx.TLSConnectionState().Version != tls.VersionTLS13 {
			t.Error("does not know that it is TLS")
		}
		ctx.SetBodyString("hello")
	}})
	c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 3 {
		if got := ask(t, c, get); got != "hello" {
			t.Fatalf("%q", got)
		}
		idling(t, l, 1)
	}
}

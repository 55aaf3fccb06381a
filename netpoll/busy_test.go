package netpoll_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// readLikeIdle makes the calls net/http makes between two requests: both deadlines, then a Read of 4096 bytes.
func readLikeIdle(w http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(w)
	rc.EnableFullDuplex() // or the first Write would swallow the rest of the body
	buf := make([]byte, 4096)
	for {
		rc.SetReadDeadline(time.Time{})
		rc.SetWriteDeadline(time.Time{})
		rc.SetReadDeadline(time.Now().Add(20 * time.Second))
		n, err := r.Body.Read(buf)
		w.Write(buf[:n])
		if err != nil {
			return
		}
	}
}

// A handler that looks idle on the wire is not: its connection must not be taken away under it.
func TestHandlerThatLooksIdleIsNotParked(t *testing.T) {
	entered := make(chan bool, 1)
	l := serve(t, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entered <- true
		readLikeIdle(w, r)
	}))
	c := dial(t, l)
	br := bufio.NewReader(c)
	const piece = 8192
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 24576\r\n\r\n")
	<-entered
	for range 3 {
		before := l.Stats().Parks
		time.Sleep(10 * time.Millisecond)
		if now := l.Stats().Parks; now != before {
			t.Fatal("parked within a request")
		}
		io.WriteString(c, strings.Repeat("x", piece))
	}
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || len(body) != 3*piece {
		t.Fatalf("%d bytes, %v; want %d", len(body), err, 3*piece)
	}
	idling(t, l, 1)
}

// The second of two pipelined requests is in the server's buffer while the server goes idle in between.
func TestPipelinedLeftoverIsNotParkedAway(t *testing.T) {
	l := serve(t, &netpoll.Options{ParkAfter: soon}, hello)
	for _, split := range []int{1, 2, 3, 4, 5, 20, len(getHello)} {
		c := dial(t, l)
		br := bufio.NewReader(c)
		io.WriteString(c, getHello+getHello[:split])
		expectHello(t, br)
		time.Sleep(3 * time.Millisecond)
		io.WriteString(c, getHello[split:])
		expectHello(t, br)
		c.Close()
	}
}

func expectHello(t testing.TB, br *bufio.Reader) {
	t.Helper()
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); string(body) != "hello" {
		t.Fatalf("got %q, %v", body, err)
	}
}

// Once hijacked a connection is the handler's, whatever calls it makes.
func TestHijackedIsNeverParked(t *testing.T) {
	l := serve(t, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(upgrade))
	c := dial(t, l)
	idling(t, l, 1) // before its first byte
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	br := bufio.NewReader(c)
	if resp, err := http.ReadResponse(br, nil); err != nil || resp.StatusCode != 101 {
		t.Fatal(resp, err)
	}
	parked := l.Stats().Parks
	for range 5 {
		time.Sleep(3 * time.Millisecond)
		io.WriteString(c, "ping")
		got := make([]byte, 4)
		if _, err := io.ReadFull(br, got); err != nil || string(got) != "ping" {
			t.Fatalf("%q %v", got, err)
		}
	}
	if now := l.Stats().Parks; now != parked {
		t.Fatalf("%d parks after Hijack", now-parked)
	}
}

// A request that comes while the one before is still handled loses its first byte to net/http's background read. What is
// known of it must be known all the same: the connection parks, and a CRLF is skipped after a POST and only then.
func TestRequestDuringHandler(t *testing.T) {
	t.Parallel()
	for next, status := range map[string]int{getHello: 400, postPlain: 200} {
		entered, release := make(chan bool), make(chan bool)
		l := serve(t, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/wait" {
				entered <- true
				<-release
			}
			io.Copy(w, r.Body)
		}))
		c := dial(t, l)
		br := bufio.NewReader(c)
		read := func() int {
			resp, err := http.ReadResponse(br, nil)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, resp.Body)
			return resp.StatusCode
		}
		io.WriteString(c, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
		<-entered
		io.WriteString(c, next)
		time.Sleep(5 * time.Millisecond)
		release <- true
		if a, b := read(), read(); a != 200 || b != 200 {
			t.Fatalf("status %d, %d", a, b)
		}
		idling(t, l, 1)
		io.WriteString(c, "\r\n"+getHello)
		if got := read(); got != status {
			t.Errorf("after %.4q and CRLF: %d, want %d", next, got, status)
		}
	}
}

// The byte the background read once took is no byte of a later request: here one that begins in the server's buffer.
func TestEarlyByteIsUsedOnce(t *testing.T) {
	t.Parallel()
	entered, release := make(chan bool), make(chan bool)
	l := serve(t, &netpoll.Options{ParkAfter: 40 * time.Millisecond}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			entered <- true
			<-release
		}
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, "hello")
	}))
	c := dial(t, l)
	br := bufio.NewReader(c)
	io.WriteString(c, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	io.WriteString(c, getHello) // its G is taken early
	time.Sleep(5 * time.Millisecond)
	release <- true
	expectHello(t, br)
	expectHello(t, br)
	io.WriteString(c, getHello+"P") // and this P is not
	expectHello(t, br)
	time.Sleep(5 * time.Millisecond)
	io.WriteString(c, postPlain[1:])
	expectHello(t, br)
	time.Sleep(150 * time.Millisecond) // a Listener that took it for a GET parks now and forgets the POST
	io.WriteString(c, "\r\n"+getHello)
	expectHello(t, br)
}

// A client quicker than ParkAfter never pays.
func TestHotConnectionIsNotParked(t *testing.T) {
	l := serve(t, &netpoll.Options{ParkAfter: time.Minute}, hello)
	c := dial(t, l)
	for range 50 {
		get(t, c, "/")
	}
	if s := l.Stats(); s.Parks != 0 || s.Open != 1 {
		t.Fatalf("%+v", s)
	}
}

// TestFullRead fails when net/http changes the calls it makes while idle. Parking is then off, not wrong: gate.go.
func TestFullRead(t *testing.T) {
	l := serve(t, &netpoll.Options{ParkAfter: soon}, hello)
	get(t, dial(t, l), "/")
	idling(t, l, 1)
}

package netpoll_test

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

var quiet = log.New(io.Discard, "", 0)

// plainServer is the reference: the same http.Server without us.
func plainServer(t testing.TB, edit ...func(*http.Server)) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: corpusHandler}
	for _, f := range edit {
		f(srv)
	}
	run(t, srv, l)
	return l
}

func small(srv *http.Server) {
	srv.MaxHeaderBytes = 4096
	srv.ErrorLog = quiet
}

// The same bytes in give the same bytes out and leave the connection in the same state. The scripts run side by side,
// since nearly all of their time is pauses.
func TestSameAsPlain(t *testing.T) {
	t.Parallel()
	plain := plainServer(t, small)
	var total atomic.Uint64
	var wg sync.WaitGroup
	for _, s := range corpus {
		l := serve(t, &netpoll.Options{ParkAfter: soon}, corpusHandler, small)
		wg.Go(func() {
			want, got := both(t, plain, l, s)
			if !s.raw && strings.HasSuffix(want, "the end") == s.closed {
				t.Errorf("%s: the script expects closed=%v of plain net/http:\n%q", s.name, s.closed, want)
			}
			if got != want {
				t.Errorf("%s: through the listener:\n%q\nplain:\n%q", s.name, got, want)
			}
			total.Add(l.Stats().Parks)
		})
	}
	wg.Wait()
	if parks && total.Load() < uint64(2*len(corpus)) {
		t.Errorf("%d parks in %d scripts: the pauses do not park", total.Load(), len(corpus))
	}
}

// both plays s to two servers at the same time.
func both(t testing.TB, plain net.Listener, l *netpoll.Listener, s script) (want, got string) {
	var wg sync.WaitGroup
	wg.Go(func() { want = play(t, plain, s, pause) })
	got = play(t, l, s, settler(l))
	wg.Wait()
	return want, got
}

func pause() { time.Sleep(2 * time.Millisecond) }

// settler returns the pause between two chunks: until the last one has woken the connection, where that was parked, and
// until it is parked again or a server not waiting for a request has had time to show it.
func settler(l *netpoll.Listener) func() {
	var last netpoll.Stats
	return func() {
		if last.Parked > 0 {
			for i := 0; l.Stats().Wakes == last.Wakes && i < 1000; i++ {
				time.Sleep(100 * time.Microsecond)
			}
		}
		for i := 0; l.Stats().Parked == 0 && i < 40; i++ {
			time.Sleep(100 * time.Microsecond)
		}
		last = l.Stats()
	}
}

// play runs a script and returns all that was read up to the end of the connection.
func play(t testing.TB, l net.Listener, s script, gap func()) string {
	t.Helper()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Error(err)
		return ""
	}
	c := nc.(*net.TCPConn)
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	for _, chunk := range s.chunks {
		if chunk, last := strings.CutPrefix(chunk, "@"); last {
			io.WriteString(c, chunk) // with the FIN right behind
			break
		}
		gap()
		io.WriteString(c, chunk)
	}
	if !strings.HasPrefix(s.last(), "@") {
		gap()
	}
	switch {
	case s.half, s.raw:
		c.CloseWrite()
	case !s.closed:
		io.WriteString(c, getEnd)
	}
	got, err := io.ReadAll(c)
	if err != nil {
		t.Errorf("%s: after %q: %v", s.name, got, err)
	}
	return dateLine.ReplaceAllString(string(got), "")
}

// dateLine is the one difference two right answers may have: their second.
var dateLine = regexp.MustCompile(`Date: [^\r]*\r\n`)

func (s script) last() string {
	if len(s.chunks) == 0 {
		return ""
	}
	return s.chunks[len(s.chunks)-1]
}

// FuzzSplits cuts one stream of requests at arbitrary places and pauses there.
func FuzzSplits(f *testing.F) {
	stream := getHello + postPlain + "\r\n" + getHello + postChunk + "5\r\nhello\r\n0\r\nT: end\r\n\r\n" +
		"HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n" + postPlain + getHello +
		"GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	for i := range 8 {
		f.Add(fmt.Append(nil, i, "cut", i*i))
	}
	f.Add([]byte{})
	f.Add([]byte{33, 62, 2, 33})
	plain := plainServer(f, small)
	var want string
	var once sync.Once
	f.Fuzz(func(t *testing.T, cuts []byte) {
		once.Do(func() { want = play(t, plain, script{chunks: []string{stream}, closed: true}, pause) })
		t.Parallel()
		l := serve(t, &netpoll.Options{ParkAfter: soon}, corpusHandler, small)
		got := play(t, l, script{chunks: cut(stream, cuts), closed: true}, settler(l))
		if got != want {
			t.Errorf("cut at %v:\n%q\nplain:\n%q", cuts, got, want)
		}
	})
}

func cut(s string, at []byte) (parts []string) {
	for _, n := range at[:min(len(at), 40)] {
		n := min(int(n), len(s))
		if n > 0 {
			parts = append(parts, s[:n])
			s = s[n:]
		}
	}
	if s != "" {
		parts = append(parts, s)
	}
	return parts
}

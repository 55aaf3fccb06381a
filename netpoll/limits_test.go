package netpoll_test

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// closedNow reports whether the peer has closed an idle connection.
func closedNow(c net.Conn) bool {
	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	defer c.SetReadDeadline(time.Time{})
	_, err := c.Read(make([]byte, 1))
	return err == io.EOF
}

// At MaxConns those parked longest go first, and what they leave is for new ones at once.
func TestShedIdle(t *testing.T) {
	l := serve(t, &netpoll.Options{ParkAfter: soon, MaxConns: 4, ShedIdle: true}, hello)
	if !parks {
		return
	}
	var conns []net.Conn
	open := func() {
		c := dial(t, l)
		get(t, c, "/")
		idling(t, l, min(len(conns)+1, 4))
		conns = append(conns, c)
	}
	for range 4 {
		open()
	}
	get(t, conns[0], "/") // no longer the one parked longest
	idling(t, l, 4)
	open()
	open()
	for i, want := range []bool{false, true, true, false, false, false} {
		if got := closedNow(conns[i]); got != want {
			t.Errorf("connection %d: closed is %v, want %v", i, got, want)
		}
	}
	if s := l.Stats(); s.Shed != 2 || s.Open != 4 {
		t.Errorf("%+v", s)
	}
}

// Without ShedIdle, or with nothing parked, new ones wait for one to end and lose nothing.
func TestMaxConns(t *testing.T) {
	t.Parallel()
	for _, shed := range []bool{false, true} {
		release := make(chan bool)
		l := serve(t, &netpoll.Options{ParkAfter: time.Hour, MaxConns: 2, ShedIdle: shed}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/wait" {
				<-release
			}
			io.WriteString(w, "hello")
		}))
		a, b := dial(t, l), dial(t, l)
		answers := make(chan string, 2)
		for _, c := range []net.Conn{a, b} {
			go func() {
				body, err := tryGet(c, "/wait")
				answers <- body + errText(err)
			}()
		}
		eventually(t, "both accepted", func() bool { return l.Stats().Open == 2 })
		late := dial(t, l)
		go func() {
			body, err := tryGet(late, "/")
			answers <- body + errText(err)
		}()
		time.Sleep(20 * time.Millisecond)
		if s := l.Stats(); s.Open != 2 || len(answers) != 0 {
			t.Errorf("shed=%v: %+v, %d answers", shed, s, len(answers))
		}
		close(release)
		for range 2 {
			if got := <-answers; got != "hello" {
				t.Error(got)
			}
		}
		a.Close()
		if got := <-answers; got != "hello" {
			t.Errorf("shed=%v: the late one got %q", shed, got)
		}
	}
}

// A park makes room as much as a close does.
func TestParkMakesRoom(t *testing.T) {
	t.Parallel()
	l := serve(t, &netpoll.Options{ParkAfter: 50 * time.Millisecond, MaxConns: 1, ShedIdle: true}, hello)
	first := dial(t, l)
	get(t, first, "/")
	if parks {
		get(t, dial(t, l), "/") // waits for the first to be parked, and has it closed
		eventually(t, "the first is closed", func() bool { return closedNow(first) })
	}
}

// A new connection that was let in for one that had just woken is one too many; the next to be parked is closed.
func TestSurplusEndsWithThePark(t *testing.T) {
	t.Parallel()
	l := serve(t, &netpoll.Options{ParkAfter: 50 * time.Millisecond, MaxConns: 1, ShedIdle: true}, hello)
	first := dial(t, l)
	if !parks {
		return
	}
	idling(t, l, 1) // so that room is made for a second one, whose Accept has begun
	time.Sleep(5 * time.Millisecond)
	get(t, first, "/")
	second := dial(t, l)
	get(t, second, "/")
	eventually(t, "one of them is closed", func() bool { return l.Stats().Open == 1 })
}

// What an inner listener calls temporary is mostly a client that it refuses: no client may have others closed.
func TestRefusedClientShedsNobody(t *testing.T) {
	inner := &full{Listener: listenOn(t, "tcp"), err: &net.DNSError{Err: "bad PROXY header", IsTemporary: true}}
	l := serveOn(t, inner, &netpoll.Options{ParkAfter: soon, ShedIdle: true}, hello)
	c := dial(t, l)
	get(t, c, "/")
	idling(t, l, 1)
	inner.stuck.Store(true)
	dial(t, l) // taken by the Accept under way; the next one fails
	eventually(t, "errors absorbed", func() bool { return l.Stats().AcceptErrors >= 3 })
	inner.stuck.Store(false)
	if s := l.Stats(); s.Shed != 0 {
		t.Errorf("%+v", s)
	}
	get(t, c, "/")
}

// At the process's fd limit shedding makes room too.
func TestShedAtFdLimit(t *testing.T) {
	inner := &full{Listener: listenOn(t, "tcp")}
	l := serveOn(t, inner, &netpoll.Options{ParkAfter: soon, ShedIdle: true}, hello)
	for range 3 {
		get(t, dial(t, l), "/")
	}
	idling(t, l, 3)
	inner.stuck.Store(true)
	dial(t, l) // taken by the Accept under way; the next one fails
	if parks {
		eventually(t, "all shed", func() bool { return l.Stats().Shed >= 3 })
	}
	inner.stuck.Store(false)
	get(t, dial(t, l), "/")
}

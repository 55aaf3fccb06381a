package keepalive_test

import (
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// A connection that had carried nothing cannot have been stale: whatever ended
// it, ended under this request, which is not sent again however harmless.
func TestAFreshConnectionsFailureIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := script(t, func(v *visit) bool { v.body(); return v.reset() })
	tr := newTransport(t, new(keepalive.Transport))
	var ce *keepalive.ConnError
	if _, _, err := exchange(t.Context(), tr, "GET", s.url(), nil); !errors.As(err, &ce) || ce.Requests != 1 {
		t.Errorf("error = %v", err)
	}
	if seen, conns := s.count(); seen != 1 || conns != 1 {
		t.Errorf("the server saw %d requests on %d connections, want 1 on 1", seen, conns)
	}
}

// An answer that has begun is an answer: its request was acted on.
func TestABegunAnswerIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := script(t, func(v *visit) bool {
		if v.body(); v.seq == 0 {
			return v.say(ok2)
		}
		_ = v.say("HTTP/1.1 2")
		return false
	})
	tr := newTransport(t, new(keepalive.Transport))
	for range 2 {
		if _, _, err := exchange(t.Context(), tr, "GET", s.url(), nil); err == nil {
			continue
		}
		if seen, conns := s.count(); seen != 2 || conns != 1 {
			t.Errorf("the server saw %d requests on %d connections, want 2 on 1", seen, conns)
		}
		return
	}
	t.Error("half an answer was no error")
}

// alone is a body that stops in the middle until it is released, and notices
// two readers at once.
type alone struct {
	rest     []string
	stopped  chan struct{} // closed when it stops
	released chan struct{}
	readers  atomic.Int32
	crowded  atomic.Bool
}

func (a *alone) Read(p []byte) (int, error) {
	if a.readers.Add(1) > 1 {
		a.crowded.Store(true)
	}
	defer a.readers.Add(-1)
	if len(a.rest) == 0 {
		return 0, io.EOF
	}
	if len(a.rest) == 1 {
		close(a.stopped)
		<-a.released
	}
	n := copy(p, a.rest[0])
	a.rest = a.rest[1:]
	return n, nil
}

// A body that is being read when its connection dies is not read by a second
// writer beside the first: the request waits, and then is sent whole.
func TestABodyHasOneReader(t *testing.T) {
	t.Parallel()
	if !known {
		return // net/http does not send a stream again
	}
	body := &alone{rest: []string{"aa", "bb"}, stopped: make(chan struct{}), released: make(chan struct{})}
	s := script(t, func(v *visit) bool {
		if v.conn == 0 && v.seq == 1 {
			<-body.stopped
			return v.reset()
		}
		b := v.body()
		return v.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + (b + "none")[:4])
	})
	tr := newTransport(t, new(keepalive.Transport))
	if _, _, err := exchange(t.Context(), tr, "GET", s.url(), nil); err != nil {
		t.Fatal(err)
	}
	go func() {
		<-body.stopped
		time.Sleep(50 * time.Millisecond) // the reset is there, and known
		close(body.released)
	}()
	got, _, err := exchange(t.Context(), tr, "PUT", s.url(), stream{body})
	if err != nil || got != "aabb" || body.crowded.Load() {
		t.Errorf("PUT = %q, %v; two readers at once: %v", got, err, body.crowded.Load())
	}
}

// Our own "close" is no sign that the server leaves: connections that wait for
// their first request stay.
func TestOurOwnCloseIsNotTheServersLeaving(t *testing.T) {
	t.Parallel()
	if !known {
		return // Preconnect is for connections of our own
	}
	s, _ := serve(t, echo, nil)
	tr := newTransport(t, &keepalive.Transport{MaxRequests: 1})
	if err := tr.Preconnect(t.Context(), s.URL, 4); err != nil {
		t.Fatal(err)
	}
	if _, _, err := exchange(t.Context(), tr, "POST", s.URL, strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if st := tr.Stats(); st.Open != 3 || st.Dials != 4 {
		t.Errorf("stats = %+v, want 3 of 4 connections left", st.Counts)
	}
}

// What is learned is when the server closed, not when that was found.
func TestTheCloseIsLearnedNotItsDiscovery(t *testing.T) {
	t.Parallel()
	if !known {
		return
	}
	var stays atomic.Bool
	s := script(t, func(v *visit) bool {
		if v.body(); !v.say(ok2) || stays.Load() {
			return stays.Load()
		}
		time.Sleep(60 * time.Millisecond)
		return false
	})
	tr := newTransport(t, new(keepalive.Transport))
	ask := func(pause time.Duration) {
		if _, _, err := exchange(t.Context(), tr, "GET", s.url(), nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(pause)
	}
	for range 30 { // closes that a busy machine delayed do not agree, and teach nothing
		stays.Store(false)
		for range 3 {
			ask(240 * time.Millisecond) // long closed
		}
		stays.Store(true)
		ask(120 * time.Millisecond) // longer than what was learned, shorter than when it was found
		ask(0)
		if tr.Stats().ClosedIdle > 0 {
			return
		}
	}
	t.Errorf("stats = %+v: what was learned is not when the server closed", tr.Stats().Counts)
}

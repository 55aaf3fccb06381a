package netpoll

import (
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// lingering is a pipe that can be half closed: what its peer makes of that is the test's.
type lingering struct{ net.Conn }

func (lingering) CloseWrite() error { return nil }

// timed is a Stream over a pipe, in a bubble in which time is exact.
type timed struct {
	t      *testing.T
	srv    *Server
	s      *Stream
	client net.Conn
	start  time.Time
	ended  chan error
}

// inBubble serves one Stream with v. What it is sent is not answered.
func inBubble(t *testing.T, v *Server, f func(w *timed)) {
	synctest.Test(t, func(t *testing.T) {
		w := &timed{t: t, srv: v, start: time.Now(), ended: make(chan error, 1)}
		opened := make(chan *Stream, 1)
		v.OnOpen = func(s *Stream) { opened <- s }
		v.OnData = func(_ *Stream, p []byte) (int, error) { return len(p), nil }
		v.OnClose = func(_ *Stream, err error) { w.ended <- err }
		v.defaults()
		here, there := net.Pipe()
		v.serveConn(lingering{here})
		w.client, w.s = there, <-opened
		f(w)
		w.client.Close()
		v.clock.stop()
		synctest.Wait()
	})
}

// ends expects the end at d after the beginning, or at most so much later as is documented.
func (w *timed) ends(d time.Duration, want error) {
	w.t.Helper()
	err := <-w.ended
	if took := time.Since(w.start); took < d || took > d+2*timerTick {
		w.t.Errorf("ended after %v, want %v", took, d)
	}
	if !errors.Is(err, want) || (want == nil) != (err == nil) {
		w.t.Errorf("ended with %v, want %v", err, want)
	}
}

func TestStreamIdleTimeout(t *testing.T) {
	inBubble(t, &Server{IdleTimeout: 10 * time.Second}, func(w *timed) {
		for range 5 {
			time.Sleep(9 * time.Second)
			w.client.Write([]byte("x"))
		}
		w.ends(55*time.Second, ErrStreamTimeout)
	})
}

// A deadline holds as it was set last: later, sooner, and not at all.
func TestStreamDeadline(t *testing.T) {
	inBubble(t, &Server{}, func(w *timed) {
		w.s.SetDeadline(w.start.Add(2 * time.Second))
		w.s.SetDeadline(w.start.Add(9 * time.Second))
		time.Sleep(4 * time.Second)
		w.s.SetDeadline(time.Time{})
		time.Sleep(time.Hour)
		w.s.SetDeadline(w.start.Add(3 * time.Hour))
		w.s.SetDeadline(w.start.Add(2 * time.Hour))
		w.ends(2*time.Hour, ErrStreamTimeout)
	})
}

// A deadline that has passed already is over at once.
func TestStreamDeadlineInThePast(t *testing.T) {
	inBubble(t, &Server{}, func(w *timed) {
		time.Sleep(time.Minute)
		w.s.SetDeadline(w.start)
		w.ends(time.Minute, ErrStreamTimeout)
	})
}

func TestStreamWriteTimeout(t *testing.T) {
	inBubble(t, &Server{WriteTimeout: 10 * time.Second}, func(w *timed) {
		time.Sleep(time.Minute) // nothing waits
		w.s.Write(make([]byte, 100))
		w.ends(70*time.Second, ErrStreamTimeout)
	})
}

// A peer that takes what is sent, however slowly, is not one that takes nothing.
func TestStreamSlowReader(t *testing.T) {
	inBubble(t, &Server{WriteTimeout: 10 * time.Second}, func(w *timed) {
		const size = 200 << 10
		w.s.Write(make([]byte, size))
		buf := make([]byte, 4<<10)
		for n := 0; n < size; {
			time.Sleep(time.Second)
			m, err := w.client.Read(buf)
			if n += m; err != nil {
				w.t.Fatalf("cut off after %d bytes and %v: %v", n, time.Since(w.start), <-w.ended)
			}
		}
		w.client.Close()
		<-w.ended
	})
}

// Who has been closed and never goes is gone after CloseTimeout, and nothing was lost by that.
func TestStreamCloseTimeout(t *testing.T) {
	inBubble(t, &Server{CloseTimeout: 10 * time.Second, IdleTimeout: time.Second}, func(w *timed) {
		w.s.Close()
		w.ends(10*time.Second, nil)
	})
	inBubble(t, &Server{CloseTimeout: 10 * time.Second}, func(w *timed) {
		w.s.Write([]byte("not taken"))
		w.s.Close()
		w.ends(10*time.Second, ErrStreamTimeout)
	})
}

// A worker that takes longer than CloseTimeout does not hold up the end.
func TestStreamCloseTimeoutDuringWork(t *testing.T) {
	inBubble(t, &Server{CloseTimeout: 10 * time.Second}, func(w *timed) {
		w.s.Go(func() []byte { time.Sleep(time.Minute); return nil })
		w.s.Close()
		w.ends(10*time.Second, ErrStreamTimeout)
		time.Sleep(time.Minute)
	})
}

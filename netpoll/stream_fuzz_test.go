package netpoll

import (
	"bufio"
	"bytes"
	"math/rand/v2"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// tap is a wire without a socket: what it takes, and when, is the test's.
type tap struct {
	Stream
	took    []byte
	room    int // bytes, before it is full
	flushes int
	kicked  bool
	closes  int
}

func (w *tap) write(p []byte) (int, error) {
	n := min(len(p), w.room)
	w.took = append(w.took, p[:n]...)
	if w.room -= n; n == 0 && len(p) > 0 {
		return 0, errAgain
	}
	return n, nil
}

func (w *tap) flush(o *outbox) (n int, err error) {
	w.flushes++
	for _, b := range o.gather(make([][]byte, 0, 16)) {
		m, err := w.write(b)
		if n += m; m < len(b) && n == 0 {
			return 0, err
		}
		if m < len(b) {
			break
		}
	}
	return n, nil
}

func (w *tap) unsent() int          { return 0 }
func (w *tap) changed()             {}
func (w *tap) kick()                { w.kicked = true }
func (w *tap) shutWrite()           {}
func (w *tap) close()               { w.closes++ }
func (w *tap) localAddr() net.Addr  { return nil }
func (w *tap) remoteAddr() net.Addr { return nil }

// life plays a Stream's loop, its peer, its workers and others who write, and knows what must come of it.
type life struct {
	t     *testing.T
	w     *tap
	srv   *Server
	split bufio.SplitFunc
	want  []byte          // all that was written, in its order
	done  []chan struct{} // what workers wait for
	ends  int
	heard [][]byte // frames
}

const modelRest = 80

func newLife(t *testing.T, split bufio.SplitFunc) *life {
	l := &life{t: t, split: split}
	t.Cleanup(func() {
		for _, done := range l.done { // where the test has failed
			close(done)
		}
	})
	l.srv = &Server{HighWater: 100, MaxQueue: 300, MaxTasks: 3, MaxRest: modelRest, Workers: 2}
	l.srv.OnData = Frames(split, l.frame)
	l.srv.OnClose = func(*Stream, error) { l.ends++ }
	l.srv.defaults()
	l.w = &tap{}
	l.w.srv, l.w.wire = l.srv, l.w
	l.srv.enter(&l.w.Stream)
	l.w.opened()
	return l
}

// frame echoes, by a worker where the frame asks for that, and keeps for later what there is no room for.
func (l *life) frame(s *Stream, p []byte) error {
	if s.held {
		l.t.Fatal("OnData goes on although paused")
	}
	if len(p) > 0 && p[0]%4 == 0 {
		answer, done := bytes.Clone(p), make(chan struct{})
		if err := s.Go(func() []byte { <-done; return answer }); err != nil {
			return err
		}
		l.done = append(l.done, done)
	} else if _, err := s.Write(p); err != nil {
		return err
	}
	l.heard, l.want = append(l.heard, bytes.Clone(p)), append(l.want, p...)
	return nil
}

// write is somebody else's.
func (l *life) write(p []byte) {
	if _, err := l.w.Write(p); err == nil {
		l.want = append(l.want, p...)
	} else if l.w.out.bytes+len(p) <= l.srv.MaxQueue && !l.w.closing {
		l.t.Fatalf("refused at %d: %v", l.w.out.bytes, err)
	}
}

// finish lets the worker end that was asked i-th of those still at work.
func (l *life) finish(i int) {
	if len(l.done) > 0 {
		i %= len(l.done)
		close(l.done[i])
		l.done = append(l.done[:i], l.done[i+1:]...)
		synctest.Wait()
	}
}

// take lets the peer read n bytes.
func (l *life) take(n int) {
	if l.w.room += n; l.w.blocked && l.w.room > 0 {
		l.w.writable()
	}
}

// settle gives the Stream its turns, and checks what holds whenever nothing moves.
func (l *life) settle() {
	for l.w.kicked {
		l.w.kicked = false
		l.w.turn()
	}
	switch w := l.w; {
	case !bytes.HasPrefix(l.want, w.took):
		l.t.Fatalf("sent %q, written %q", w.took, l.want)
	case w.ended:
	case w.out.bytes > l.srv.MaxQueue+modelRest:
		l.t.Fatalf("%d bytes wait", w.out.bytes)
	case w.tasks > l.srv.MaxTasks:
		l.t.Fatalf("%d tasks", w.tasks)
	case w.stalls() && w.reading(), w.held && w.reading():
		l.t.Fatal("is read from although congested or paused")
	case w.reading() && !w.closing && len(w.rest) > modelRest:
		l.t.Fatalf("keeps %d bytes and is read from", len(w.rest))
	case w.out.bytes <= 50 && (w.owed || w.paused && w.tasks <= 1) && !w.closing, w.again && !w.held && !w.paused && !w.closing:
		l.t.Fatal("nobody will wake it")
	case !w.blocked && w.out.ready():
		l.t.Fatal("nobody will send what waits")
	}
}

// Whatever the order in which bytes come, leave and are worked on: frames are cut where they were sent, what was written
// leaves once and in its order, what waits is bounded, and nothing stands still.
func FuzzStream(f *testing.F) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		sent, steps := make([]byte, 50+rnd.IntN(400)), make([]byte, rnd.IntN(300))
		for j := range sent {
			sent[j] = byte(rnd.IntN(1 + rnd.IntN(60)))
		}
		for j := range steps {
			steps[j] = byte(rnd.Uint32())
		}
		f.Add(sent, steps, i%2 == 0, i%4 < 2)
	}
	f.Fuzz(func(t *testing.T, sent, steps []byte, delimited, duplex bool) {
		split := LengthPrefix{Size: 1, Max: 60}.Split
		if delimited {
			split = Delimiter{By: "\x01\x02", Max: 60}.Split
		}
		synctest.Test(t, func(t *testing.T) {
			l := newLife(t, split)
			if duplex { // nothing but the program bounds what waits
				l.srv.Duplex, l.srv.MaxQueue = true, 1<<20
			}
			l.play(sent, steps)
		})
	})
}

func (l *life) play(sent, steps []byte) {
	whole, rest, cut := cutAll(l.split, sent)
	for _, step := range steps {
		n := int(step / 5)
		switch step % 5 {
		case 0: // a read may have been under way when it was paused
			if n = min(n, len(sent)); n > 0 && (l.w.reading() || l.w.held && !l.w.closing && n%4 == 0) {
				l.w.received(sent[:n], time.Now())
				sent = sent[n:]
			}
		case 1:
			l.take(n)
		case 2:
			l.finish(n)
		case 3:
			if l.w.Resume(); l.w.again && l.w.reading() {
				l.t.Fatal("is read from before what was left is given again")
			}
			if n%2 == 0 {
				l.w.Pause()
			}
		default:
			l.write(make([]byte, n))
		}
		l.settle()
	}
	l.w.Resume()
	for range 1000 { // all that is left
		if l.take(1000); l.w.reading() && len(sent) > 0 && !l.w.closing {
			l.w.received(sent, time.Now())
			sent = nil
		}
		l.finish(0)
		l.settle()
	}
	l.check(whole, rest, cut)
	l.w.ending()
	l.settle()
	if !l.w.ended || l.w.closes != 1 || l.ends != 1 {
		l.t.Fatalf("ended %v, closed %d times, OnClose called %d times", l.w.ended, l.w.closes, l.ends)
	}
	l.srv.clock.stop()
}

func (l *life) check(whole [][]byte, rest int, cut error) {
	if len(whole) != len(l.heard) {
		l.t.Fatalf("%d frames of %d", len(l.heard), len(whole))
	}
	for i := range whole {
		if !bytes.Equal(whole[i], l.heard[i]) {
			l.t.Fatalf("frame %d is %q, want %q", i, l.heard[i], whole[i])
		}
	}
	if !bytes.Equal(l.w.took, l.want) {
		l.t.Fatalf("sent %q, written %q", l.w.took, l.want)
	}
	if l.w.closing != (cut != nil) || cut == nil && len(l.w.rest) != rest {
		l.t.Fatalf("closing %v, %d bytes kept; want %v, %d", l.w.closing, len(l.w.rest), cut, rest)
	}
}

// cutAll is what the framing makes of all that is sent, at once.
func cutAll(split bufio.SplitFunc, sent []byte) (frames [][]byte, rest int, err error) {
	for {
		n, frame, err := split(sent, false)
		if err != nil || n == 0 {
			return frames, len(sent), err
		}
		frames, sent = append(frames, frame), sent[n:]
	}
}

// What a function writes leaves in one system call, and what others write leaves at once.
func TestWritesLeaveTogether(t *testing.T) {
	l := newLife(t, Delimiter{}.Split)
	l.srv.OnData = func(s *Stream, p []byte) (int, error) {
		for range 8 {
			s.Write([]byte("word "))
		}
		return len(p), nil
	}
	l.w.room = 1000
	l.w.received([]byte("x"), time.Now())
	if string(l.w.took) != "word word word word word word word word " || l.w.flushes != 1 {
		t.Errorf("%q in %d flushes", l.w.took, l.w.flushes)
	}
	l.w.took = nil
	l.w.Write([]byte("now"))
	if string(l.w.took) != "now" {
		t.Errorf("%q has left", l.w.took)
	}
	l.srv.clock.stop()
}

package netpoll_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// collector keeps what OnData is given and uses as much of it as it is told to.
type collector struct {
	mu    sync.Mutex
	got   []byte
	calls int
	leave bool // what was given, unused
}

func (c *collector) data(_ *netpoll.Stream, p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls++; c.leave {
		return 0, nil
	}
	c.got = append(c.got, p...)
	return len(p), nil
}

func (c *collector) seen() (string, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.got), c.calls
}

func (c *collector) leaves(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leave = on
}

// serveCollector returns the Server's end of c as well.
func serveCollector(t *testing.T, ln net.Listener, v *netpoll.Server) (s *serving, c net.Conn, st *netpoll.Stream) {
	streams := make(chan *netpoll.Stream, 2)
	v.OnOpen = func(s *netpoll.Stream) { streams <- s }
	s = serveStreams(t, ln, v)
	<-streams // the probe's
	s.expectEnd(t, io.EOF)
	c = dial(t, ln)
	return s, c, <-streams
}

// A paused Stream is not read from, whoever has paused it, and gives what has come once it is resumed: first what was left
// unused, then what has waited in the socket, then the peer's end.
func TestStreamPause(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		o := &collector{leave: true}
		s, c, st := serveCollector(t, listen(), &netpoll.Server{OnData: o.data})
		io.WriteString(c, "left, ")
		eventually(t, "OnData is called", func() bool { _, n := o.seen(); return n == 1 })
		st.Pause()
		o.leaves(false)
		io.WriteString(c, "waited, ")
		time.Sleep(30 * time.Millisecond) // for what must not come
		c.Write([]byte("sent last"))
		c.Close()
		time.Sleep(30 * time.Millisecond)
		// Where a goroutine was in Read already, it has read once more; OnData was not called for it.
		if got, n := o.seen(); n != 1 {
			t.Fatalf("OnData was called %d times while paused, and has %q", n, got)
		}
		select {
		case err := <-s.ended:
			t.Fatalf("ended with %v while paused", err)
		default:
		}
		st.Resume()
		s.expectEnd(t, io.EOF)
		if got, _ := o.seen(); got != "left, waited, sent last" {
			t.Errorf("got %q", got)
		}
	})
}

// The end comes after what is ahead of it, also where a Read was under way when the Stream was paused.
func TestStreamPauseHoldsBackTheEnd(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		o := &collector{leave: true}
		s, c, st := serveCollector(t, listen(), &netpoll.Server{OnData: o.data})
		io.WriteString(c, "left")
		eventually(t, "OnData is called", func() bool { _, n := o.seen(); return n == 1 })
		time.Sleep(5 * time.Millisecond) // until it is read from again, mostly
		st.Pause()
		o.leaves(false)
		c.Close()
		time.Sleep(30 * time.Millisecond) // for what must not come
		select {
		case err := <-s.ended:
			t.Fatalf("ended with %v while paused", err)
		default:
		}
		st.Resume()
		s.expectEnd(t, io.EOF)
		if got, _ := o.seen(); got != "left" {
			t.Errorf("got %q", got)
		}
	})
}

// together gives all and the end at once, as a *tls.Conn may.
type together struct{ net.Conn }

func (c together) Read(p []byte) (int, error) {
	n, err := io.ReadFull(c.Conn, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

// Nor does the end overtake what waits until a congested Stream has room.
func TestStreamCongestionHoldsBackTheEnd(t *testing.T) {
	got, full := make(chan string, 1), false
	ln := shaped{listenOn(t, "tcp"), func(c net.Conn) net.Conn { return together{c} }}
	s := serveStreams(t, ln, &netpoll.Server{OnData: func(s *netpoll.Stream, p []byte) (int, error) {
		if !full {
			full = true
			_, err := s.Write(make([]byte, 16<<20))
			return 0, err
		}
		got <- string(p)
		return len(p), nil
	}})
	c := dial(t, ln)
	io.WriteString(c, "last words")
	c.(*net.TCPConn).CloseWrite()
	if n, err := io.Copy(io.Discard, c); n != 16<<20 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	s.expectEnd(t, io.EOF)
	select {
	case p := <-got:
		if p != "last words" {
			t.Errorf("got %q", p)
		}
	default:
		t.Error("OnData was not called again")
	}
}

// Pause and Resume from other goroutines, with bytes and the end coming at any time: nothing is lost or comes twice.
func TestStreamPauseRace(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		ln := listen()
		var mu sync.Mutex
		got := map[*netpoll.Stream]*bytes.Buffer{}
		streams, ended := make(chan *netpoll.Stream, 1), make(chan string, 1)
		serveStreams(t, ln, &netpoll.Server{
			OnOpen: func(s *netpoll.Stream) {
				mu.Lock()
				got[s] = new(bytes.Buffer)
				mu.Unlock()
				streams <- s
			},
			OnData: func(s *netpoll.Stream, p []byte) (int, error) {
				mu.Lock()
				defer mu.Unlock()
				n := (len(p) + 1) / 2 // the other half comes again, with more or with Resume
				got[s].Write(p[:n])
				return n, nil
			},
			OnClose: func(s *netpoll.Stream, err error) {
				mu.Lock()
				defer mu.Unlock()
				if err == io.ErrUnexpectedEOF { // halves of halves
					err = nil
				}
				ended <- got[s].String()
			},
		})
		<-streams
		<-ended
		const sent = "0123456789abcdefghijklmnopqrstuvwxyz"
		for range soak(t, 300) {
			c := dial(t, ln)
			st := <-streams
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() {
					for range 20 {
						st.Pause()
						st.Resume()
					}
				})
			}
			for i := 0; i < len(sent); i += 6 {
				io.WriteString(c, sent[i:i+6])
			}
			c.Close()
			wg.Wait()
			select {
			case all := <-ended:
				if len(all) == 0 || all != sent[:len(all)] {
					t.Fatalf("got %q", all)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("it stands still")
			}
		}
	})
}

// Frames that have come together are given one by one, and no more once one of them has paused the Stream.
func TestStreamPauseBetweenFrames(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		frames := make(chan string, 10)
		_, c, st := serveCollector(t, listen(), &netpoll.Server{
			OnData: netpoll.Frames(netpoll.Delimiter{}.Split, func(s *netpoll.Stream, p []byte) error {
				s.Pause()
				frames <- string(p)
				return nil
			}),
		})
		io.WriteString(c, "one\ntwo\nthree\n")
		for _, want := range []string{"one", "two", "three"} {
			if got := <-frames; got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
			time.Sleep(5 * time.Millisecond) // for what must not come
			select {
			case got := <-frames:
				t.Fatalf("%q came while paused", got)
			default:
			}
			st.Resume()
		}
	})
}

// A paused Stream can be closed, and its Server shut down: the peer's end is then read.
func TestStreamPauseAndClose(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		streams := make(chan *netpoll.Stream, 2)
		s := serveStreams(t, listen(), &netpoll.Server{
			OnOpen: func(s *netpoll.Stream) { streams <- s },
			OnData: func(s *netpoll.Stream, p []byte) (int, error) {
				s.Pause()
				s.Resume()
				s.Close()
				return len(p), nil
			},
			CloseTimeout: time.Minute,
		})
		<-streams // the probe's
		s.expectEnd(t, io.EOF)
		c := dial(t, s.ln)
		st := <-streams
		st.Pause()
		io.WriteString(st, "bye")
		st.Close()
		expectBytes(t, c, "bye")
		expectEOF(t, c)
		c.Close()
		s.expectEnd(t, nil)

		c = dial(t, s.ln)
		<-streams
		io.WriteString(c, "x")
		expectEOF(t, c)
		c.Close()
		s.expectEnd(t, nil)

		c = dial(t, s.ln)
		(<-streams).Pause()
		go func() { io.Copy(io.Discard, c); c.Close() }()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
}

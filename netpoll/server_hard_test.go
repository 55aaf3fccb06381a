package netpoll_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// A peer that sends and never reads is itself not read from any more, and what waits for it stays bounded.
func TestServerBackpressure(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		var got, writables atomic.Int64
		var congested atomic.Bool
		s := serveStreams(t, listen(), &netpoll.Server{
			HighWater: 32 << 10,
			MaxQueue:  256 << 10,
			OnData: func(s *netpoll.Stream, p []byte) (int, error) {
				got.Add(int64(len(p)))
				n, err := echo(s, p)
				congested.Store(congested.Load() || s.Congested())
				return n, err
			},
			OnWritable: func(*netpoll.Stream) { writables.Add(1) },
		})
		c := dial(t, s.ln)
		const total = 32 << 20
		sent := make(chan error, 1)
		go func() {
			_, err := io.Copy(c, io.LimitReader(zeros{}, total))
			sent <- err
		}()
		last := int64(-1)
		eventually(t, "the server reads no more", func() bool {
			time.Sleep(50 * time.Millisecond)
			now := got.Load()
			defer func() { last = now }()
			return now == last && congested.Load()
		})
		if got.Load() >= total {
			t.Fatalf("%d bytes read from a peer that reads none", got.Load())
		}
		if n, err := io.CopyN(io.Discard, c, total); err != nil {
			t.Fatalf("%d bytes back, %v", n, err)
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
		if writables.Load() == 0 {
			t.Error("OnWritable was not called")
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// What a peer sent before it closed is read to its end, though nothing was read while a worker was at it.
func TestServerPeerClosesWhilePaused(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		var got atomic.Int64
		began, release := make(chan struct{}, 100), make(chan struct{})
		s := serveStreams(t, listen(), &netpoll.Server{
			MaxTasks: 1,
			OnData: func(s *netpoll.Stream, p []byte) (int, error) {
				n := min(len(p), 10)
				got.Add(int64(n))
				return n, s.Go(func() []byte { began <- struct{}{}; <-release; return nil })
			},
		})
		c := dial(t, s.ln)
		send(t, c, "0123456789")
		<-began
		send(t, c, "0123456789")
		c.Close()
		time.Sleep(20 * time.Millisecond) // so that the loop has seen it
		close(release)
		s.expectEnd(t, io.EOF)
		if n := got.Load(); n != 20 {
			t.Errorf("%d bytes of 20", n)
		}
	})
}

// A write beyond MaxQueue is refused whole, and what was taken comes through.
func TestServerQueueFull(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		streams, room := make(chan *netpoll.Stream, 2), make(chan struct{}, 100)
		s := serveStreams(t, listen(), &netpoll.Server{
			OnOpen:     func(s *netpoll.Stream) { streams <- s },
			OnData:     echo,
			OnWritable: func(*netpoll.Stream) { room <- struct{}{} },
			MaxQueue:   100_000,
		})
		<-streams // the probe's
		c := dial(t, s.ln)
		st := <-streams
		piece := make([]byte, 30_000)
		taken, err := 0, error(nil)
		for err == nil {
			var n int
			if n, err = st.Write(piece); n != 0 && n != len(piece) {
				t.Fatalf("took %d", n)
			} else {
				taken += n
			}
			if taken > 100<<20 {
				t.Fatal("never refused")
			}
		}
		if !errors.Is(err, netpoll.ErrQueueFull) {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, c, int64(taken)); err != nil {
			t.Fatal(err)
		}
		<-room
		if n, err := st.Write(piece); n != len(piece) || err != nil {
			t.Errorf("Write after OnWritable: %d, %v", n, err)
		}
	})
}

// The timeouts are at work on every wire; how exact they are, stream_timeout_test.go shows.
func TestServerTimeouts(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		t.Parallel()
		t.Run("idle", func(t *testing.T) {
			s := serveStreams(t, listen(), &netpoll.Server{OnData: echo, IdleTimeout: 50 * time.Millisecond})
			start := time.Now()
			c := dial(t, s.ln)
			expectEOF(t, c)
			if d := time.Since(start); d < 50*time.Millisecond {
				t.Errorf("idle after %v", d)
			}
		})
		t.Run("others", func(t *testing.T) { timesOut(t, listen()) })
	})
}

// timesOut has three peers: one with a deadline, one that never reads and one that never closes.
func timesOut(t *testing.T, ln net.Listener) {
	streams, ended := make(chan *netpoll.Stream, 1), make(chan error, 3)
	s := serveStreams(t, ln, &netpoll.Server{
		OnOpen: func(*netpoll.Stream) {},
		OnData: func(s *netpoll.Stream, p []byte) (int, error) {
			s.Data = string(p)
			streams <- s
			return echo(s, p)
		},
		OnClose: func(s *netpoll.Stream, err error) {
			if s.Data != nil { // the probe's is
				ended <- fmt.Errorf("%s: %w", s.Data, err)
			}
		},
		WriteTimeout: 50 * time.Millisecond,
		CloseTimeout: 50 * time.Millisecond,
	})
	open := func(name string) *netpoll.Stream {
		send(t, dial(t, s.ln), name)
		return <-streams
	}
	open("deadline").SetDeadline(time.Now().Add(10 * time.Millisecond))
	open("stays").Close()
	deaf := open("deaf")
	eventually(t, "the deaf one has ended", func() bool { // a full queue may yet find room in the kernel
		_, err := deaf.Write(make([]byte, 1<<16))
		return errors.Is(err, netpoll.ErrStreamClosed)
	})
	for range 3 {
		err := <-ended
		if late := errors.Is(err, os.ErrDeadlineExceeded); late != !strings.HasPrefix(err.Error(), "stays:") {
			t.Error(err)
		}
	}
}

// A peer that takes what was sent, however slowly, is not one that takes nothing: the kernel tells of room only when a good
// part of its buffer is free.
func TestServerSlowReader(t *testing.T) {
	t.Parallel()
	if !parks { // goroutines are told no more than the kernel's idea of room
		return
	}
	for _, network := range []string{"tcp", "unix"} {
		patiently(t, 400*time.Millisecond, func(limit time.Duration) error {
			const size = 8 << 20
			s := serveStreams(t, listenOn(t, network), &netpoll.Server{
				OnData: func(s *netpoll.Stream, p []byte) (int, error) {
					_, err := s.Write(make([]byte, size))
					return len(p), err
				},
				WriteTimeout: limit,
			})
			c := dial(t, s.ln)
			c.(interface{ SetReadBuffer(int) error }).SetReadBuffer(16 << 10) // else a TCP peer tells of every 200 kB
			send(t, c, "x")
			got := int64(0)
			for start := time.Now(); time.Since(start) < 4*limit; time.Sleep(limit / 20) {
				n, err := io.CopyN(io.Discard, c, 4<<10)
				if got += n; err != nil {
					return fmt.Errorf("after %d bytes: %w", got, err)
				}
			}
			if n, err := io.Copy(io.Discard, io.LimitReader(c, size-got)); got+n != size || err != nil {
				return fmt.Errorf("%d bytes, %v", got+n, err)
			}
			return nil
		})
	}
}

// A panic ends its own Stream only.
func TestServerPanic(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		s := serveStreams(t, listen(), &netpoll.Server{
			OnData: func(s *netpoll.Stream, p []byte) (int, error) {
				switch string(p) {
				case "panic":
					panic("in OnData")
				case "worker":
					return len(p), s.Go(func() []byte { panic("in a worker") })
				case "lie":
					return len(p) + 1, nil
				}
				return echo(s, p)
			},
		})
		good := dial(t, s.ln)
		for _, word := range []string{"panic", "worker", "lie"} {
			send(t, dial(t, s.ln), word)
			select {
			case err := <-s.ended:
				var p *netpoll.PanicError
				if errors.As(err, &p) != (word != "lie") || err == nil || p != nil && (len(p.Stack) == 0 || !strings.Contains(err.Error(), "in ")) {
					t.Errorf("%s: ended with %v", word, err)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("not ended")
			}
			send(t, good, "still here")
			expectBytes(t, good, "still here")
		}
	})
}

// Write, Go, Close and Abort from other goroutines, at any moment, while the peer resets.
func TestServerStorm(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		var opened, closed atomic.Int64
		ln := listen()
		v := &netpoll.Server{
			OnOpen: func(s *netpoll.Stream) {
				opened.Add(1)
				for _, f := range []func(){
					func() { s.Write(make([]byte, 5000)) },
					func() { s.Go(func() []byte { return make([]byte, 100) }) },
					func() { s.Close() },
					func() { s.Abort(nil) },
				} {
					if rand.IntN(2) == 0 {
						go func() {
							spin(time.Duration(rand.IntN(100)) * time.Microsecond)
							f()
							s.LocalAddr()
							s.RemoteAddr()
						}()
					}
				}
			},
			OnData:  echo,
			OnClose: func(s *netpoll.Stream, err error) { closed.Add(1) },
		}
		s := serveStreams(t, ln, v)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range soak(t, 400) / 4 {
					c, err := net.Dial(ln.Addr().Network(), ln.Addr().String())
					if err != nil {
						t.Error(err)
						return
					}
					c.SetDeadline(time.Now().Add(20 * time.Second))
					c.Write(make([]byte, 3000))
					spin(time.Duration(rand.IntN(100)) * time.Microsecond)
					if tc, ok := c.(*net.TCPConn); ok && rand.IntN(2) == 0 {
						tc.SetLinger(0)
					}
					c.Close()
				}
			})
		}
		wg.Wait()
		s.Shutdown(t.Context())
		if opened.Load() != closed.Load() {
			t.Errorf("%d opened, %d closed", opened.Load(), closed.Load())
		}
		eventually(t, "Serve returned", func() bool { return len(s.done) == 1 })
	})
}

// Each Stream gets what its own peer sends while descriptor numbers change hands.
func TestServerReusedFds(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		s := serveStreams(t, listen(), &netpoll.Server{OnData: echo, OnClose: func(*netpoll.Stream, error) {}, OnOpen: func(*netpoll.Stream) {}})
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for n := range soak(t, 1000) / 4 {
					if err := echoLife(s.ln.Addr(), i*1_000_000+n); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

func echoLife(a net.Addr, id int) error {
	c, err := net.Dial(a.Network(), a.String())
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	want := []byte(strings.Repeat(string(rune('a'+id%26)), 1+id%300))
	got := make([]byte, len(want))
	for range 1 + id%3 {
		c.Write(want)
		if _, err := io.ReadFull(c, got); err != nil || string(got) != string(want) {
			return errors.Join(errors.New("not what was sent: "+string(got)), err)
		}
	}
	return nil
}

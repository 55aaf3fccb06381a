package netpoll_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// otherListener hides what is below, as a wrapper would: its connections have goroutines everywhere.
type otherListener struct{ net.Listener }

// eachWire runs f for the loops, where this build has them, and for connections with goroutines.
func eachWire(t *testing.T, f func(t *testing.T, listen func() net.Listener)) {
	t.Run("tcp", func(t *testing.T) { f(t, func() net.Listener { return listenOn(t, "tcp") }) })
	t.Run("unix", func(t *testing.T) { f(t, func() net.Listener { return listenOn(t, "unix") }) })
	t.Run("other", func(t *testing.T) { f(t, func() net.Listener { return otherListener{listenOn(t, "tcp")} }) })
}

// A Stream that has ended has a peer's address, for logging, and no end of its own.
func TestStreamAddresses(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		streams := make(chan *netpoll.Stream, 2)
		s := serveStreams(t, listen(), &netpoll.Server{OnData: echo, OnOpen: func(s *netpoll.Stream) { streams <- s }})
		<-streams
		s.expectEnd(t, io.EOF)
		c := dial(t, s.ln)
		st := <-streams
		if got, want := st.LocalAddr().String(), s.ln.Addr().String(); got != want {
			t.Errorf("local address %s, want %s", got, want)
		}
		c.Close()
		s.expectEnd(t, io.EOF)
		if a := st.LocalAddr(); a != nil {
			t.Errorf("after the end: %v", a)
		}
		if st.RemoteAddr() == nil {
			t.Error("no peer")
		}
	})
}

// A listener may be of a type that is no key of a map.
func TestServerListenerWithoutIdentity(t *testing.T) {
	s := serveStreams(t, shaped{listenOn(t, "tcp"), func(c net.Conn) net.Conn { return c }}, &netpoll.Server{OnData: echo})
	c := dial(t, s.ln)
	io.WriteString(c, "hello")
	expectBytes(t, c, "hello")
}

// serving is a Server under test.
type serving struct {
	*netpoll.Server
	ln    net.Listener
	ended chan error // what OnClose was given
	done  chan error // what Serve returned
}

func serveStreams(t testing.TB, ln net.Listener, v *netpoll.Server) *serving {
	s := &serving{Server: v, ln: ln, ended: make(chan error, 10000), done: make(chan error, 1)}
	if v.OnClose == nil {
		v.OnClose = func(_ *netpoll.Stream, err error) { s.ended <- err }
	}
	go func() { s.done <- v.Serve(ln) }()
	t.Cleanup(func() {
		v.Close()
		if err := <-s.done; !errors.Is(err, netpoll.ErrServerClosed) {
			t.Errorf("Serve returned %v", err)
		}
	})
	c := dial(t, ln) // so that Serve has begun
	c.Close()
	if v.OnOpen == nil {
		s.expectEnd(t, io.EOF)
	}
	return s
}

func (s *serving) expectEnd(t testing.TB, want error) {
	t.Helper()
	select {
	case err := <-s.ended:
		if !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Fatalf("ended with %v, want %v", err, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("not ended; want %v", want)
	}
}

func echo(s *netpoll.Stream, p []byte) (int, error) {
	_, err := s.Write(p)
	return len(p), err
}

func expectEOF(t testing.TB, c net.Conn) {
	t.Helper()
	if b, err := io.ReadAll(c); err != nil || len(b) > 0 {
		t.Fatalf("read %.50q, %v; want the end", b, err)
	}
}

func TestServerEcho(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		s := serveStreams(t, listen(), &netpoll.Server{OnData: echo})
		var wg sync.WaitGroup
		for i := range 8 {
			c := dial(t, s.ln)
			wg.Go(func() {
				for n := range 200 {
					want := fmt.Sprint("client ", i, " message ", n)
					io.WriteString(c, want)
					got := make([]byte, len(want))
					if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
						t.Errorf("got %q, %v", got, err)
						return
					}
				}
				c.Close()
			})
		}
		wg.Wait()
		for range 8 {
			s.expectEnd(t, io.EOF)
		}
	})
}

// Lines that come byte by byte, many at once, and with the end in the middle.
func TestServerFrames(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		s := serveStreams(t, listen(), &netpoll.Server{
			OnData: netpoll.Frames(netpoll.Delimiter{Max: 100}.Split, func(s *netpoll.Stream, line []byte) error {
				_, err := fmt.Fprintf(s, "<%s>", line)
				return err
			}),
		})
		c := dial(t, s.ln)
		for _, b := range []byte("one\ntwo\n") {
			c.Write([]byte{b})
			time.Sleep(100 * time.Microsecond)
		}
		expectBytes(t, c, "<one><two>")
		io.WriteString(c, strings.Repeat("many\n", 5000))
		expectBytes(t, c, strings.Repeat("<many>", 5000))
		io.WriteString(c, "cut o")
		c.(interface{ CloseWrite() error }).CloseWrite()
		expectEOF(t, c)
		s.expectEnd(t, io.ErrUnexpectedEOF)

		c = dial(t, s.ln)
		io.WriteString(c, "ok\n"+strings.Repeat("x", 101))
		expectBytes(t, c, "<ok>")
		s.expectEnd(t, netpoll.ErrFrameTooLong)
	})
}

// What OnData never uses is bounded also without a framing.
func TestServerMaxRest(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		s := serveStreams(t, listen(), &netpoll.Server{
			OnData: func(*netpoll.Stream, []byte) (int, error) { return 0, nil }, MaxRest: 100_000,
		})
		c := dial(t, s.ln)
		go c.Write(make([]byte, 1<<20))
		s.expectEnd(t, netpoll.ErrFrameTooLong)
	})
}

// A peer that sends its request and closes that side gets the whole answer.
func TestServerHalfClose(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		answer := bytes.Repeat([]byte("0123456789"), 50_000)
		s := serveStreams(t, listen(), &netpoll.Server{
			OnData: func(s *netpoll.Stream, p []byte) (int, error) {
				s.Go(func() []byte { time.Sleep(20 * time.Millisecond); return answer })
				return len(p), nil
			},
		})
		c := dial(t, s.ln)
		io.WriteString(c, "all of it")
		c.(interface{ CloseWrite() error }).CloseWrite()
		if got, err := io.ReadAll(c); !bytes.Equal(got, answer) || err != nil {
			t.Errorf("%d bytes of %d, %v", len(got), len(answer), err)
		}
		s.expectEnd(t, io.EOF)
	})
}

// The last words before Close arrive although the peer has sent more that nobody reads: a reset would take them away.
func TestServerCloseKeepsLastWords(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		s := serveStreams(t, listen(), &netpoll.Server{
			OnData: func(s *netpoll.Stream, p []byte) (int, error) {
				io.WriteString(s, strings.Repeat("goodbye", 1000))
				return 1, s.Close()
			},
		})
		for range 20 {
			c := dial(t, s.ln)
			sent := make(chan struct{})
			go func() { c.Write(make([]byte, 1<<19)); close(sent) }()
			<-sent
			if got, err := io.ReadAll(c); len(got) != 7000 || err != nil {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			c.Close()
			s.expectEnd(t, nil)
		}
	})
}

// Slow work is done side by side, and its results come in the order it was asked for, between what is written.
func TestServerGo(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		s := serveStreams(t, listen(), &netpoll.Server{
			MaxTasks: 8,
			OnData: netpoll.Frames(netpoll.Delimiter{}.Split, func(s *netpoll.Stream, line []byte) error {
				if line[0] == 'f' {
					_, err := fmt.Fprintf(s, "%s,", line)
					return err
				}
				text := string(line)
				return s.Go(func() []byte {
					if strings.HasSuffix(text, "0") { // the first takes longest
						time.Sleep(5 * time.Millisecond)
					}
					return []byte(text + ",")
				})
			}),
		})
		c := dial(t, s.ln)
		var in, want strings.Builder
		for n := range 1000 {
			kind := "slow"
			if n%3 == 0 {
				kind = "fast"
			}
			fmt.Fprintf(&in, "%s%d\n", kind, n)
			fmt.Fprintf(&want, "%s%d,", kind, n)
		}
		go io.WriteString(c, in.String())
		expectBytes(t, c, want.String())
	})
}

// Shutdown lets workers finish and sends what waits; who waits longer than ctx is cut off.
func TestServerShutdown(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		began, release := make(chan struct{}), make(chan struct{})
		s := serveStreams(t, listen(), &netpoll.Server{
			OnData: func(s *netpoll.Stream, p []byte) (int, error) {
				return len(p), s.Go(func() []byte { close(began); <-release; return []byte("late") })
			},
		})
		idle, c := dial(t, s.ln), dial(t, s.ln) // accepted in this order: who is still in the backlog is reset
		io.WriteString(c, "x")
		<-began
		down := make(chan error, 1)
		go func() { down <- s.Shutdown(t.Context()) }()
		expectEOF(t, idle)
		idle.Close()
		s.expectEnd(t, netpoll.ErrServerClosed)
		select {
		case err := <-down:
			t.Fatalf("Shutdown returned %v before the work was done", err)
		case <-time.After(20 * time.Millisecond):
		}
		close(release)
		expectBytes(t, c, "late")
		expectEOF(t, c)
		c.Close()
		if err := <-down; err != nil {
			t.Error(err)
		}
		s.expectEnd(t, netpoll.ErrServerClosed)
		if err := s.Server.Serve(listenOn(t, "tcp")); !errors.Is(err, netpoll.ErrServerClosed) {
			t.Errorf("Serve after Shutdown: %v", err)
		}
	})
}

func TestServerShutdownGivesUp(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		s := serveStreams(t, listen(), &netpoll.Server{OnData: echo})
		c := dial(t, s.ln) // never reads, never closes
		io.WriteString(c, "x")
		expectBytes(t, c, "x")
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown returned %v", err)
		}
		s.expectEnd(t, netpoll.ErrServerClosed)
	})
}

func TestServerNeverServed(t *testing.T) {
	var v netpoll.Server
	if err := v.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	v.Close()
	v.OnData = echo
	if err := v.Serve(listenOn(t, "tcp")); !errors.Is(err, netpoll.ErrServerClosed) {
		t.Errorf("Serve: %v", err)
	}
}

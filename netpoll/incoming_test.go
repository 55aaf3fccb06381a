package netpoll

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// lazyConn is a connection whose read deadlines are remembered above its socket.
type lazyConn interface {
	net.Conn
	NetConn() net.Conn
	gateOf() *gate
}

// lazyConns make one of each kind, as Accept returns it, and its other end.
var lazyConns = map[string]func(testing.TB) (lazyConn, net.Conn){
	"tcp":     func(t testing.TB) (lazyConn, net.Conn) { c, far := acceptedPair(t); return c, far },
	"session": func(t testing.TB) (lazyConn, net.Conn) { c, far := acceptedSession(t); return c, far },
}

func acceptedPair(t testing.TB) (*tcpConn, net.Conn) {
	t.Helper()
	l := listening(t)
	far, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close() })
	return near.(*tcpConn), far
}

func acceptedSession(t testing.TB) (*sessionConn, *peer) {
	t.Helper()
	l := listening(t)
	server, client := socketPair(t)
	own, far := agreed(t, client)
	l.count.open.Add(1)
	near := l.wrapSession(newSecureConn(server, own), record{}, false)
	t.Cleanup(func() { near.Close() })
	return near.(*sessionConn), far
}

func listening(t testing.TB) *Listener {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(inner, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// reading is a Read under way.
func reading(c net.Conn, size int) chan error {
	done := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, size))
		done <- err
	}()
	return done
}

func within(t *testing.T, done chan error, d time.Duration) error {
	t.Helper()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		t.Fatal("Read still waits")
		return nil
	}
}

// The socket's deadline runs out before the one that is wanted by then. Nobody sees that.
func TestEarlyDeadlineIsNoTimeout(t *testing.T) {
	for kind, accepted := range lazyConns {
		t.Run(kind, func(t *testing.T) {
			for _, size := range []int{1, 512, fullRead} {
				for name, then := range map[string]time.Duration{"later": time.Hour, "never": 0} {
					t.Run(fmt.Sprint(name, size), func(t *testing.T) {
						t.Parallel()
						c, far := accepted(t)
						var early time.Time
						var done chan error
						for late := true; late; late = time.Now().After(early) { // once more where the machine was slower than that
							if done != nil {
								c.SetReadDeadline(longAgo)
								within(t, done, 10*time.Second)
							}
							early = time.Now().Add(100 * time.Millisecond)
							c.SetReadDeadline(early)
							done = reading(c, size)
							time.Sleep(5 * time.Millisecond) // until it waits, mostly
							if then == 0 {
								c.SetReadDeadline(time.Time{})
							} else {
								c.SetReadDeadline(time.Now().Add(then))
							}
						}
						select {
						case err := <-done:
							t.Fatal(err)
						case <-time.After(time.Until(early) + 100*time.Millisecond):
						}
						io.WriteString(far, "x")
						if err := within(t, done, 10*time.Second); err != nil {
							t.Error(err)
						}
					})
				}
			}
		})
	}
}

// A deadline that comes closer, or lies in the past, reaches a Read under way; whatever stood before.
func TestDeadlineReachesReadUnderWay(t *testing.T) {
	for kind, accepted := range lazyConns {
		t.Run(kind, func(t *testing.T) {
			for _, before := range []time.Duration{0, time.Millisecond, time.Hour} {
				for _, d := range []time.Duration{-time.Hour, 0, 20 * time.Millisecond} {
					c, _ := accepted(t)
					if before != 0 {
						c.SetReadDeadline(time.Now().Add(before))
						c.SetReadDeadline(time.Time{})
					}
					done := reading(c, 512)
					time.Sleep(5 * time.Millisecond)
					began := time.Now()
					c.SetReadDeadline(time.Now().Add(d))
					err := within(t, done, 10*time.Second)
					if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) < d {
						t.Errorf("%v after %v: %v after %v", d, before, err, time.Since(began))
					}
				}
			}
		})
	}
}

// One that has passed ends a Read before it begins, also where bytes have come; taken back it leaves nothing behind.
func TestPastDeadlineAndBack(t *testing.T) {
	for kind, accepted := range lazyConns {
		t.Run(kind, func(t *testing.T) {
			c, far := accepted(t)
			io.WriteString(far, "abc")
			for _, size := range []int{1, 2} {
				for _, at := range []time.Time{longAgo, time.Now().Add(-time.Second), time.Now().Add(-time.Second).Round(0)} {
					c.SetReadDeadline(at)
					if n, err := c.Read(make([]byte, size)); n != 0 || !isTimeout(err) {
						t.Errorf("%d bytes, %v: %d %v", size, at, n, err)
					}
				}
			}
			c.SetReadDeadline(time.Time{})
			if n, err := c.Read(make([]byte, 4)); n != 3 || err != nil {
				t.Errorf("%d %v", n, err)
			}
		})
	}
}

// A Read that begins while the deadline is moved into the past sees it, or is seen. Either side would hang this for good.
func TestDeadlineMeetsBeginningRead(t *testing.T) {
	for kind, accepted := range lazyConns {
		t.Run(kind, func(t *testing.T) {
			c, far := accepted(t)
			var begin atomic.Int64
			done := make(chan error, 1)
			const rounds = 10000
			go func() {
				p := make([]byte, 512)
				for i := range int64(rounds) {
					for n := 0; begin.Load() <= i; n++ {
						if n > 1000 {
							runtime.Gosched()
						}
					}
					_, err := c.Read(p[:1+i%2])
					done <- err
				}
			}()
			for i := range rounds {
				begin.Add(1)
				for range i % 300 { // so that the two meet everywhere
					begin.Load()
				}
				c.SetReadDeadline(longAgo)
				if err := within(t, done, 10*time.Second); !isTimeout(err) {
					t.Fatal(err)
				}
				c.SetReadDeadline(time.Time{})
			}
			io.WriteString(far, "x")
			if n, err := c.Read(make([]byte, 4)); n != 1 || err != nil {
				t.Errorf("%d %v", n, err)
			}
		})
	}
}

// What several goroutines set last is what holds, while a Read tells the socket too.
func TestLastDeadlineHolds(t *testing.T) {
	for kind, accepted := range lazyConns {
		t.Run(kind, func(t *testing.T) {
			c, far := accepted(t)
			for range 5000 {
				done := reading(c, 512)
				var setters sync.WaitGroup
				for i := range 3 {
					setters.Go(func() { c.SetReadDeadline(time.Now().Add(time.Duration(i) * time.Hour / 2).Add(time.Hour)) })
				}
				setters.Go(func() { c.SetReadDeadline(time.Time{}) })
				setters.Wait()
				c.SetReadDeadline(time.Now())
				if err := within(t, done, 10*time.Second); !isTimeout(err) {
					t.Fatal(err)
				}
				c.SetReadDeadline(time.Time{})
			}
			io.WriteString(far, "x")
			if n, err := c.Read(make([]byte, 4)); n != 1 || err != nil {
				t.Errorf("%d %v", n, err)
			}
		})
	}
}

// Who reads from the socket itself does so under the deadline that was asked for, before and after.
func TestDeadlineOfBareSocket(t *testing.T) {
	byWriteTo := func(c lazyConn) error { _, err := c.(*tcpConn).WriteTo(io.Discard); return err }
	byRawConn := func(c lazyConn) error {
		raw, err := c.(*tcpConn).SyscallConn()
		if err != nil {
			return err
		}
		return raw.Read(func(uintptr) bool { return false })
	}
	byNetConn := func(c lazyConn) error { _, err := c.NetConn().Read(make([]byte, 1)); return err }
	for _, tt := range []struct {
		kind, name string
		read       func(c lazyConn) error
	}{
		{"tcp", "NetConn", byNetConn}, {"tcp", "WriteTo", byWriteTo}, {"tcp", "SyscallConn", byRawConn}, {"session", "NetConn", byNetConn},
	} {
		c, far := lazyConns[tt.kind](t)
		for range 2 {
			c.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
			done := make(chan error, 1)
			go func() { done <- tt.read(c) }()
			if err := within(t, done, 10*time.Second); !isTimeout(err) {
				t.Errorf("%s, %s: %v", tt.kind, tt.name, err)
			}
			c.SetReadDeadline(time.Time{})
		}
		c.NetConn()
		c.SetReadDeadline(longAgo)
		c.SetReadDeadline(time.Time{})
		io.WriteString(far, "x")
		if _, err := c.NetConn().Read(make([]byte, 1)); err != nil {
			t.Errorf("%s, %s: a deadline taken back is there: %v", tt.kind, tt.name, err)
		}
		c.NetConn().SetReadDeadline(longAgo) // somebody else's deadline is not ours to correct
		c.gateOf().in.wanted.Store(int64(never))
		if _, err := c.Read(make([]byte, 512)); !isTimeout(err) {
			t.Errorf("%s, %s: %v", tt.kind, tt.name, err)
		}
	}
}

// Closed is closed, whatever the deadline.
func TestDeadlineOfClosed(t *testing.T) {
	for kind, accepted := range lazyConns {
		t.Run(kind, func(t *testing.T) {
			c, _ := accepted(t)
			done := reading(c, 512)
			c.Close()
			if err := within(t, done, 10*time.Second); !errors.Is(err, net.ErrClosed) {
				t.Errorf("Read under way: %v", err)
			}
			for _, set := range []func(time.Time) error{c.SetReadDeadline, c.SetWriteDeadline, c.SetDeadline} {
				for _, at := range []time.Time{{}, time.Now().Add(time.Hour)} {
					if err := set(at); !errors.Is(err, net.ErrClosed) {
						t.Errorf("%v: %v", at, err)
					}
				}
			}
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("Read: %v", err)
			}
		})
	}
}

// A write deadline that was set can be taken back. A session whose Write it has ended stays ended, as under crypto/tls.
func TestWriteDeadlineIsTakenBack(t *testing.T) {
	for kind, accepted := range lazyConns {
		for name, set := range map[string]func(lazyConn, time.Time) error{
			"SetWriteDeadline": lazyConn.SetWriteDeadline,
			"SetDeadline":      lazyConn.SetDeadline,
			"NetConn":          func(c lazyConn, t time.Time) error { return c.NetConn().SetWriteDeadline(t) },
		} {
			for _, writes := range []bool{false, true} {
				c, _ := accepted(t)
				set(c, longAgo)
				if writes {
					if _, err := c.Write([]byte("x")); !isTimeout(err) {
						t.Errorf("%s, %s: %v", kind, name, err)
					}
				}
				c.SetWriteDeadline(time.Time{})
				_, err := c.Write([]byte("x"))
				if ended := writes && kind == "session"; (err != nil) != ended {
					t.Errorf("%s, %s, %v: %v", kind, name, writes, err)
				}
			}
		}
	}
}

func TestMoments(t *testing.T) {
	r := incoming{start: time.Now().Add(-time.Minute)}
	now := time.Now()
	for _, tt := range []struct {
		name      string
		at        time.Time
		low, high moment
	}{
		{"zero", time.Time{}, never, never},
		{"long ago", longAgo, past, past},
		{"before the beginning", r.start.Add(-time.Hour), past, past},
		{"in an hour", now.Add(time.Hour), moment(61 * time.Minute), moment(61*time.Minute + time.Second)},
		{"in an hour by the wall clock", now.Add(time.Hour).Round(0), moment(61*time.Minute - time.Second), moment(61*time.Minute + time.Second)},
		{"in another age", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), moment(250 * 365 * 24 * time.Hour), math.MaxInt64},
	} {
		if got := r.at(tt.at); got < tt.low || got > tt.high {
			t.Errorf("%s: %d", tt.name, got)
		}
	}
	if !r.time(never).IsZero() || !r.time(past).Before(now) {
		t.Error("never and past are not kept")
	}
}

// setCalls counts what reaches the socket.
type setCalls struct {
	net.Conn
	n int
}

func (d *setCalls) SetReadDeadline(t time.Time) error  { d.n++; return d.Conn.SetReadDeadline(t) }
func (d *setCalls) SetWriteDeadline(t time.Time) error { d.n++; return d.Conn.SetWriteDeadline(t) }

// A request's worth of deadlines costs the socket of a busy connection none.
func TestBusyConnectionSetsFewDeadlines(t *testing.T) {
	for kind, accepted := range lazyConns {
		c, far := accepted(t)
		g := c.gateOf()
		g.l.opt.ParkAfter = time.Minute
		below := &setCalls{Conn: g.in.conn}
		if s, ok := g.inner.(*secureConn); ok {
			below.Conn = s.socket
			s.socket = below
		} else {
			g.in.conn = below
		}
		p := make([]byte, fullRead)
		g.attach(false)
		for range 100 {
			c.SetReadDeadline(time.Time{}) // readRequest's
			io.WriteString(far, "GET / HTTP/1.1\r\n\r\n")
			if _, err := c.Read(p); err != nil {
				t.Fatal(err)
			}
			c.SetReadDeadline(time.Time{}) // startBackgroundRead's
			c.SetReadDeadline(longAgo)     // abortPendingRead's
			if _, err := c.Read(p[:1]); !isTimeout(err) {
				t.Fatal(err)
			}
			c.SetReadDeadline(time.Time{})
			c.SetWriteDeadline(time.Time{})
			g.idle()
			c.SetReadDeadline(time.Now().Add(time.Hour))
		}
		if below.n > 2 {
			t.Errorf("%s: %d calls reached the socket in 100 requests", kind, below.n)
		}
	}
}

// A connection that the network has given up is lost, whatever its error says of a timeout: the next Read would find an end.
func TestLostIsNoEarlyDeadline(t *testing.T) {
	for kind, accepted := range lazyConns {
		c, _ := accepted(t)
		g := c.gateOf()
		lost := &lost{Conn: g.in.conn}
		if s, ok := g.inner.(*secureConn); ok {
			lost.Conn = s.socket
			s.socket = lost
		} else {
			g.inner, g.in.conn = lost, lost
		}
		done := reading(c, 512)
		if err := within(t, done, 10*time.Second); !errors.Is(err, syscall.ETIMEDOUT) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// lost is a socket that TCP_USER_TIMEOUT or keep-alive has ended: it says so once.
type lost struct {
	net.Conn
	said bool
}

func (c *lost) Read([]byte) (int, error) {
	if c.said {
		return 0, io.EOF
	}
	c.said = true
	return 0, &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ETIMEDOUT)}
}

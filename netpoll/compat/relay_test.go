package compat

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/hotpath-go/hotpath/netpoll"
)

// relay joins the connections it accepts two by two, without a goroutine for either.
type relay struct {
	joined chan struct{} // a pair is

	mu      sync.Mutex
	waiting *netpoll.Stream
	peers   map[*netpoll.Stream]*netpoll.Stream
}

func (r *relay) open(s *netpoll.Stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting == nil {
		r.waiting = s
		s.Pause() // until the other one has come
		return
	}
	r.peers[s], r.peers[r.waiting] = r.waiting, s
	r.waiting.Resume()
	r.waiting = nil
	r.joined <- struct{}{}
}

func (r *relay) peer(s *netpoll.Stream) *netpoll.Stream {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.peers[s]
}

func (r *relay) data(s *netpoll.Stream, p []byte) (int, error) {
	to := r.peer(s)
	if _, err := to.Write(p); err != nil {
		return len(p), err // it is closing: nobody wants the rest
	}
	if to.Congested() {
		if s.Pause(); !to.Congested() {
			s.Resume()
		}
	}
	return len(p), nil
}

func (r *relay) writable(s *netpoll.Stream) {
	if from := r.peer(s); from != nil {
		from.Resume()
	}
}

func (r *relay) close(s *netpoll.Stream, _ error) {
	r.mu.Lock()
	to := r.peers[s]
	delete(r.peers, s)
	if r.waiting == s {
		r.waiting = nil
	}
	r.mu.Unlock()
	if to != nil {
		to.Close()
	}
}

// serveRelay returns what dials two connections that are joined.
func serveRelay(t *testing.T, loops int, wrap func(net.Listener) net.Listener) func() (c1, c2 net.Conn, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	r := &relay{joined: make(chan struct{}, 1), peers: make(map[*netpoll.Stream]*netpoll.Stream)}
	srv := &netpoll.Server{OnOpen: r.open, OnData: r.data, OnWritable: r.writable, OnClose: r.close, Duplex: true, Loops: loops}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(wrap(ln)) }()
	t.Cleanup(func() { srv.Close(); <-done })
	return func() (c1, c2 net.Conn, err error) {
		if c1, err = net.Dial("tcp", addr); err != nil {
			return nil, nil, err
		}
		if c2, err = net.Dial("tcp", addr); err != nil {
			c1.Close()
			return nil, nil, err
		}
		<-r.joined // or one could close before the other has come, which would be joined with a third
		return c1, c2, nil
	}
}

// behind hides what is below: its connections have goroutines.
type behind struct{ net.Listener }

func eachRelay(t *testing.T, f func(t *testing.T, dial func() (c1, c2 net.Conn, err error))) {
	plain := func(ln net.Listener) net.Listener { return ln }
	t.Run("one loop", func(t *testing.T) { f(t, serveRelay(t, 1, plain)) })
	t.Run("two loops", func(t *testing.T) { f(t, serveRelay(t, 2, plain)) })
	t.Run("goroutines", func(t *testing.T) { f(t, serveRelay(t, 0, func(ln net.Listener) net.Listener { return behind{ln} })) })
}

// What one connection sends comes out of the other whole and in order, in both directions at once, and what waits in
// between is bounded although the readers are slow to begin.
func TestRelay(t *testing.T) {
	eachRelay(t, func(t *testing.T, dial func() (c1, c2 net.Conn, err error)) {
		c1, c2, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		want := make([]byte, 16<<20)
		for i := range want {
			want[i] = byte(i * i >> 7)
		}
		var both sync.WaitGroup
		for _, c := range []net.Conn{c1, c2} {
			c.SetDeadline(time.Now().Add(time.Minute))
			both.Go(func() { c.Write(want) })
			both.Go(func() {
				time.Sleep(50 * time.Millisecond) // the queues fill
				got := make([]byte, len(want))
				if n, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d of %d bytes, %v", n, len(want), err)
				}
			})
		}
		both.Wait()
		c1.Close()
		c2.SetReadDeadline(time.Now().Add(time.Minute))
		if n, err := c2.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("read %d, %v after the other end has closed", n, err)
		}
		c2.Close()
	})
}

// A peer that reads nothing before it has sent its own is served: one direction does not hold up the other.
func TestRelayDirectionsAreTheirOwn(t *testing.T) {
	eachRelay(t, func(t *testing.T, dial func() (c1, c2 net.Conn, err error)) {
		c1, c2, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		defer c1.Close()
		defer c2.Close()
		const size = 16 << 20
		deadline := time.Now().Add(time.Minute)
		c1.SetDeadline(deadline)
		c2.SetDeadline(deadline)
		go c1.Write(make([]byte, size))   // nobody reads it for a while, so it stands still
		time.Sleep(50 * time.Millisecond) // until the relay is full
		sent := make(chan error, 1)
		go func() {
			_, err := c2.Write(make([]byte, size))
			sent <- err
		}()
		if n, err := io.CopyN(io.Discard, c1, size); err != nil {
			t.Fatalf("%d of %d bytes, %v", n, size, err)
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
		if n, err := io.CopyN(io.Discard, c2, size); err != nil {
			t.Fatalf("%d of %d bytes the other way, %v", n, size, err)
		}
	})
}

// Two connections that are joined are one to those who hold the ends.
func TestRelayConn(t *testing.T) {
	eachRelay(t, func(t *testing.T, dial func() (c1, c2 net.Conn, err error)) {
		nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
			if c1, c2, err = dial(); err != nil {
				return nil, nil, nil, err
			}
			return c1, c2, func() { c1.Close(); c2.Close() }, nil
		})
	})
}

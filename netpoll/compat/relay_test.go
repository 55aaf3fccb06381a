package compat

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// relay joins the connections it accepts two by two. One Stream's bytes are written to the other by a worker, which waits
// for room there; with one task for each Stream nothing more is read meanwhile.
type relay struct {
	waiting chan *leg
}

// leg is one end of a pair.
type leg struct {
	stream *netpoll.Stream
	peer   chan *leg     // the other one, once it has come
	room   chan struct{} // it may have room again
	gone   chan struct{}
}

func (r *relay) open(s *netpoll.Stream) {
	here := &leg{stream: s, peer: make(chan *leg, 1), room: make(chan struct{}, 1), gone: make(chan struct{})}
	s.Data = here
	select {
	case there := <-r.waiting:
		here.peer <- there
		there.peer <- here
	default:
		r.waiting <- here
	}
}

func (r *relay) data(s *netpoll.Stream, p []byte) (int, error) {
	here, b := s.Data.(*leg), bytes.Clone(p)
	return len(p), s.Go(func() []byte {
		there := <-here.peer
		here.peer <- there
		for {
			_, err := there.stream.Write(b)
			if !errors.Is(err, netpoll.ErrQueueFull) {
				return nil
			}
			select {
			case <-there.room:
			case <-there.gone:
			}
		}
	})
}

func (r *relay) writable(s *netpoll.Stream) {
	select {
	case s.Data.(*leg).room <- struct{}{}:
	default:
	}
}

func (r *relay) close(s *netpoll.Stream, _ error) {
	here := s.Data.(*leg)
	close(here.gone)
	select {
	case there := <-here.peer:
		here.peer <- there
		there.stream.Close()
	default:
	}
}

// What one connection sends comes out of the other whole and in order, though its reader is slow to begin and workers wait
// for room. Only one direction is loaded: a worker's place in its own Stream's queue holds up what the other leg writes
// there, so two that both wait for room would wait for each other.
func TestRelay(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{waiting: make(chan *leg, 1)}
	srv := &netpoll.Server{OnOpen: r.open, OnData: r.data, OnWritable: r.writable, OnClose: r.close, MaxTasks: 1, Loops: 1}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ln) }()
	defer func() { srv.Close(); <-done }()
	c1, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c1.Close()
	c2, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c2.Close()
	want := make([]byte, 16<<20)
	for i := range want {
		want[i] = byte(i * i >> 7)
	}
	go func() { c1.Write(want); c1.Close() }()
	time.Sleep(50 * time.Millisecond) // the queues fill
	c2.SetReadDeadline(time.Now().Add(20 * time.Second))
	if got, err := io.ReadAll(c2); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d of %d bytes, %v", len(got), len(want), err)
	}
}

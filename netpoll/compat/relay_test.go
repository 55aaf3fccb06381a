package compat

import (
	"bytes"
	"errors"
	"net"
	"testing"

	"golang.org/x/net/nettest"

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

// Two connections joined by a Server are one net.Conn in every respect: order, deadlines, backpressure, and close.
func TestRelayIsAConn(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, nil, err
		}
		r := &relay{waiting: make(chan *leg, 1)}
		srv := &netpoll.Server{OnOpen: r.open, OnData: r.data, OnWritable: r.writable, OnClose: r.close, MaxTasks: 1, Loops: 1}
		done := make(chan error, 1)
		go func() { done <- srv.Serve(ln) }()
		if c1, err = net.Dial("tcp", ln.Addr().String()); err == nil {
			c2, err = net.Dial("tcp", ln.Addr().String())
		}
		return c1, c2, func() { c1.Close(); c2.Close(); srv.Close(); ln.Close(); <-done }, err
	})
}

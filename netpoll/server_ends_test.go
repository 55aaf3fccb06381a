package netpoll_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// answered serves onData and sends it one message.
func answered(t *testing.T, ln net.Listener, onData func(*netpoll.Stream) error) (*serving, net.Conn) {
	s := serveStreams(t, ln, &netpoll.Server{
		CloseTimeout: time.Hour,
		OnData:       func(s *netpoll.Stream, p []byte) (int, error) { return len(p), onData(s) },
	})
	c := dial(t, ln)
	send(t, c, "x")
	return s, c
}

// A Stream that ends for an error does not wait for its peer.
func TestServerErrorEndsAtOnce(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		s, _ := answered(t, listen(), func(*netpoll.Stream) error { return wrong })
		s.expectEnd(t, wrong)
	})
}

// The first reason is the one OnClose is given.
func TestServerFirstReasonStays(t *testing.T) {
	t.Parallel()
	first, second := errors.New("first"), errors.New("second")
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		s, _ := answered(t, listen(), func(s *netpoll.Stream) error {
			s.Abort(first)
			s.Abort(second)
			return nil
		})
		s.expectEnd(t, first)
	})
}

// A closed Stream is told of nothing that comes later, and is closed once.
func TestServerClosedIsDeaf(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		again := make(chan error, 10)
		s, c := answered(t, listen(), func(s *netpoll.Stream) error {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			again <- s.Close()
			return nil
		})
		if err := <-again; err != netpoll.ErrStreamClosed {
			t.Errorf("a second Close: %v", err)
		}
		io.WriteString(c, "more")
		expectEOF(t, c)
		c.Close()
		s.expectEnd(t, nil)
		if n := len(again); n != 0 {
			t.Errorf("OnData was called %d times more", n)
		}
	})
}

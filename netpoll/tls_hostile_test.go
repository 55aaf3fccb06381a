package netpoll

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// stuck is a socket whose peer sends what it likes and reads nothing: a Write waits for its deadline.
type stuck struct {
	net.Conn
	in       io.Reader
	writing  chan bool
	deadline chan time.Time // the last that was set; has room for one
}

var errForever = errors.New("would have waited for ever")

func newStuck(in io.Reader) *stuck {
	return &stuck{in: in, writing: make(chan bool, 1), deadline: make(chan time.Time, 1)}
}

func (s *stuck) Read(p []byte) (int, error) { return s.in.Read(p) }
func (s *stuck) Close() error               { return nil }

func (s *stuck) SetWriteDeadline(t time.Time) error {
	select {
	case <-s.deadline:
	default:
	}
	s.deadline <- t
	return nil
}

func (s *stuck) Write([]byte) (int, error) {
	s.writing <- true
	select {
	case t := <-s.deadline:
		if left := time.Until(t); t.IsZero() || left > 5*time.Second {
			return 0, errForever
		}
		return 0, os.ErrDeadlineExceeded
	case <-time.After(time.Minute): // of the test; none is coming
		return 0, errForever
	}
}

// A peer that asks for new keys and reads nothing holds up no Read: the answer goes ahead of the next data, which is when
// RFC 8446, 4.6.3, wants it. Else its connection would outlive every timeout.
func TestReadDoesNotWrite(t *testing.T) {
	own, p := agreed(t, nil)
	stream := join(p.keyUpdate(1), p.data("a"), p.keyUpdate(1), p.data("b"))
	sock := newStuck(&sliced{stream, len(stream)})
	c := newSecureConn(sock, own)
	for _, want := range []string{"a", "b"} {
		b := make([]byte, 10)
		if n, err := c.Read(b); string(b[:n]) != want || err != nil {
			t.Fatal(n, err)
		}
	}
	if len(sock.writing) > 0 || c.writeErr != nil {
		t.Error("Read has written:", c.writeErr)
	}
}

// Nor does one that has to be told of an error, also where a Write is under way.
func TestAlertIsBounded(t *testing.T) {
	for _, writing := range []bool{false, true} {
		own, _ := agreed(t, nil)
		garbage := []byte{23, 3, 3, 0, 3, 1, 2, 3}
		sock := newStuck(&sliced{garbage, len(garbage)})
		c := newSecureConn(sock, own)
		wrote := make(chan error, 1)
		if writing {
			go func() {
				_, err := c.Write([]byte("x"))
				wrote <- err
			}()
			<-sock.writing
		}
		if _, err := c.Read(make([]byte, 10)); err == nil || err.Error() != localError(badRecordMAC).Error() {
			t.Error(err)
		}
		if !writing {
			_, err := c.Write([]byte("x"))
			wrote <- err
		}
		if err := <-wrote; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a Write is under way: %v: %v", writing, err)
		}
	}
}

// close_notify is the last that is said: RFC 8446, 6.1.
func TestNothingFollowsGoodbye(t *testing.T) {
	c, p := securePair(t)
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	c.SetWriteDeadline(time.Time{})
	p.send(p.keyUpdate(1), []byte{23, 3, 3, 0, 3, 1, 2, 3})
	if _, err := c.Read(make([]byte, 10)); err == nil {
		t.Error("no error")
	}
	c.Close()
	if typ, data, err := p.recv(); typ != 21 || data[1] != 0 || err != nil {
		t.Errorf("got %d %x, %v", typ, data, err)
	}
	if typ, data, err := p.recv(); err == nil {
		t.Errorf("then %d %x", typ, data)
	}
}

// What has left of a record that was not written as a whole must not be followed by another.
func TestNothingFollowsABrokenWrite(t *testing.T) {
	own, _ := agreed(t, nil)
	garbage := []byte{23, 3, 3, 0, 3, 1, 2, 3}
	sock := newStuck(&sliced{garbage, len(garbage)})
	c := newSecureConn(sock, own)
	sock.SetWriteDeadline(time.Now())
	if _, err := c.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	<-sock.writing
	if _, err := c.Read(make([]byte, 10)); err == nil {
		t.Error("no error")
	}
	if err := c.CloseWrite(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	if len(sock.writing) > 0 {
		t.Error("something was written")
	}
}

// To look whether all that has come is a close_notify uses nothing up, and half a record before it is no end.
func TestEndsWithOnlyLooks(t *testing.T) {
	s, p := agreed(t, nil)
	two, bye := p.data("ab"), p.goodbye()
	if s.endsWith(two) {
		t.Error("two bytes of data are taken for a close_notify")
	}
	if _, ok := s.in.open(s.suite, two); !ok {
		t.Error("the record cannot be read any more")
	}
	if s.held = two[:1]; s.endsWith(bye) {
		t.Error("ends in the middle of a record")
	}
	s.held = nil
	for range 2 {
		if !s.endsWith(bye) {
			t.Error("a close_notify is not seen")
		}
	}
}

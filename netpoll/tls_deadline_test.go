package netpoll

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

// A deadline that runs out too early within a record, a KeyUpdate or between two leaves the session as it was.
func TestEarlyDeadlineWithinRecord(t *testing.T) {
	c, p := acceptedSession(t)
	var pieces [][]byte
	for _, r := range [][]byte{p.data("a"), p.keyUpdate(1), p.data("b"), p.out.record(22, []byte{24, 0}, 0), p.keyUpdateRest(), p.data("c")} {
		pieces = append(pieces, r[:3], r[3:9], r[9:])
	}
	got := make(chan string, 1)
	c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
	go func() {
		b := make([]byte, 3)
		io.ReadFull(c, b)
		got <- string(b)
	}()
	for range 10 {
		c.SetReadDeadline(time.Now().Add(time.Hour))
	}
	for _, piece := range pieces {
		p.send(piece)
		c.SetReadDeadline(time.Now().Add(3 * time.Millisecond))
		c.SetReadDeadline(time.Time{})
		time.Sleep(5 * time.Millisecond)
	}
	if got := <-got; got != "abc" {
		t.Errorf("got %q", got)
	}
	io.WriteString(c, "x")
	if b := make([]byte, 9); func() bool { n, err := p.Read(b); return err != nil || string(b[:n]) != "x" }() {
		t.Error("the KeyUpdate is not answered")
	}
}

// A timeout within a record is the caller's, and the rest may come later.
func TestTimeoutWithinRecord(t *testing.T) {
	c, p := acceptedSession(t)
	r := p.data("hello")
	p.send(r[:8])
	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	b := make([]byte, 9)
	if n, err := c.Read(b); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(n, err)
	}
	p.send(r[8:])
	c.SetReadDeadline(time.Time{})
	if n, err := c.Read(b); string(b[:n]) != "hello" || err != nil {
		t.Error(n, err)
	}
}

// close_notify leaves reading as it was, with its deadlines, and no write deadline brings writing back.
func TestDeadlineAfterCloseWrite(t *testing.T) {
	c, p := acceptedSession(t)
	c.SetReadDeadline(time.Now().Add(time.Hour))
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	done := reading(c, 512)
	time.Sleep(5 * time.Millisecond)
	c.SetReadDeadline(longAgo)
	if err := within(t, done, 10*time.Second); !isTimeout(err) {
		t.Error(err)
	}
	c.SetDeadline(time.Time{})
	if _, err := c.Write([]byte("x")); err != errShutdown {
		t.Error(err)
	}
	p.send(p.data("x"), p.goodbye())
	if all, err := io.ReadAll(c); string(all) != "x" || err != nil {
		t.Errorf("%q %v", all, err)
	}
}

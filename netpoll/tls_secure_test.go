package netpoll

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// counted counts the writes to a socket, and can be closed only by hand.
type counted struct {
	net.Conn
	writes, closes int
}

func (c *counted) Write(p []byte) (int, error) { c.writes++; return c.Conn.Write(p) }
func (c *counted) Close() error                { c.closes++; return nil }

// An answer of 50 kB leaves in one write, of which crypto/tls makes nine.
func TestOneWrite(t *testing.T) {
	c, p := securePair(t)
	for _, whole := range []bool{true, false} {
		sock := &counted{Conn: c.socket}
		c.socket, c.sizes = sock, recordSizes{whole: whole}
		message := make([]byte, 50_000)
		rand.Read(message)
		if n, err := c.Write(message); n != len(message) || err != nil {
			t.Fatal(n, err)
		}
		if sock.writes != 1 {
			t.Errorf("%d writes", sock.writes)
		}
		p.seen = nil
		got := make([]byte, len(message))
		if _, err := io.ReadFull(p, got); err != nil || !bytes.Equal(got, message) {
			t.Error("garbled", err)
		}
		if want := map[bool]int{true: 4, false: 9}[whole]; len(p.seen) != want {
			t.Errorf("%d records, want %d", len(p.seen), want)
		}
		c.socket = sock.Conn
	}
	if n, err := c.Write(nil); n != 0 || err != nil {
		t.Error(n, err)
	}
}

// A park and a wake at any byte of a stream of records of all kinds, large ones too.
func TestGiveAnywhere(t *testing.T) {
	server, client := socketPair(t)
	own, p := agreed(t, client)
	sock := &counted{Conn: server}
	c := newSecureConn(sock, own)
	var stream, want []byte
	for i, n := range []int{1, 100, 5000, 0, 16384, 3} {
		text := bytes.Repeat([]byte{byte('a' + i)}, n)
		want = append(want, text...)
		stream = append(stream, p.out.record(23, text, min(i, maxPlaintext-n))...)
		stream = append(stream, p.keyUpdate(0)...)
	}
	var got []byte
	for at := 0; at < len(stream); {
		n := min(1+at%977, len(stream)-at)
		client.Write(stream[at : at+n])
		at += n
		server.SetReadDeadline(time.Now().Add(2 * time.Millisecond))
		b := make([]byte, 700)
		m, err := 0, error(nil)
		for err == nil {
			m, err = c.Read(b)
			got = append(got, b[:m]...)
		}
		if !isTimeout(err) || !c.intact() {
			t.Fatal(err)
		}
		s := c.give()
		if s != own || c.session != nil || c.raw.room() != nil || s.in.aead != nil || s.out.aead != nil || len(s.held) > maxRecord {
			t.Fatal("not given up as a whole")
		}
		if _, err := c.Read(b); !errors.Is(err, net.ErrClosed) {
			t.Fatal(err)
		}
		if _, err := c.Write(b); !errors.Is(err, net.ErrClosed) {
			t.Fatal(err)
		}
		if err := c.CloseWrite(); !errors.Is(err, net.ErrClosed) {
			t.Fatal(err)
		}
		if !c.ConnectionState().HandshakeComplete {
			t.Fatal("state lost")
		}
		c = newSecureConn(sock, s)
	}
	server.SetReadDeadline(time.Now().Add(10 * time.Second)) // for what a busy machine was too slow to read above
	rest := make([]byte, max(0, len(want)-len(got)))
	if _, err := io.ReadFull(c, rest); err != nil || !bytes.Equal(append(got, rest...), want) {
		t.Errorf("read %d bytes and %d, %v, want %d", len(got), len(rest), err, len(want))
	}
}

// What cannot go on elsewhere is closed.
func TestGiveDeclines(t *testing.T) {
	for name, spoil := range map[string]func(c *secureConn, p *peer){
		"closed":        func(c *secureConn, p *peer) { c.Close() },
		"CloseWrite":    func(c *secureConn, p *peer) { c.CloseWrite() },
		"broken":        func(c *secureConn, p *peer) { p.send([]byte("nonsense")); c.Read(make([]byte, 1)) },
		"ended":         func(c *secureConn, p *peer) { p.send(p.goodbye()); c.Read(make([]byte, 1)) },
		"write timeout": func(c *secureConn, p *peer) { c.SetWriteDeadline(time.Unix(1, 0)); c.Write([]byte("x")) },
		"unread":        func(c *secureConn, p *peer) { p.send(p.data("ab")); c.Read(make([]byte, 1)) },
		"writing": func(c *secureConn, p *peer) {
			go c.Write(make([]byte, 64<<20))
			for c.calls.Load() == 0 {
				time.Sleep(time.Millisecond)
			}
		},
		"reading": func(c *secureConn, p *peer) {
			go c.Read(make([]byte, 1))
			for c.rd.TryLock() {
				c.rd.Unlock()
				time.Sleep(time.Millisecond)
			}
		},
	} {
		c, p := securePair(t)
		spoil(c, p)
		if c.intact() {
			t.Errorf("%s: intact", name)
		}
		if c.give() != nil {
			t.Errorf("%s: given", name)
		}
		if c.session != nil {
			t.Errorf("%s: keys are left", name)
		}
		if err := c.socket.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: the socket is open", name)
		}
	}
}

func TestSecureClose(t *testing.T) {
	c, p := securePair(t)
	if n, err := c.Read(nil); n != 0 || err != nil {
		t.Error(n, err)
	}
	if c.Handshake() != nil || c.HandshakeContext(t.Context()) != nil || c.NetConn() != c.socket {
		t.Error("not a finished session")
	}
	if err := c.CloseWrite(); err != nil {
		t.Error(err)
	}
	if _, err := c.Write([]byte("x")); err != errShutdown {
		t.Error(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Error(err)
	}
	if _, err := p.Read(make([]byte, 1)); err != io.EOF {
		t.Error(err)
	}
	p.send(p.data("still"))
	b := make([]byte, 10)
	if n, err := c.Read(b); string(b[:n]) != "still" {
		t.Error(n, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != net.ErrClosed {
		t.Error(err)
	}
	if _, err := c.Read(b); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if _, err := c.Write(b); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// Close ends a Read and a Write that are under way, and wipes the keys after them.
func TestSecureCloseEndsCalls(t *testing.T) {
	for range 20 {
		c, _ := securePair(t)
		own := c.session
		var calls sync.WaitGroup
		calls.Go(func() {
			if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
				t.Error(n, err)
			}
		})
		calls.Go(func() {
			if _, err := c.Write(make([]byte, 64<<20)); err == nil {
				t.Error("64 MB went nowhere")
			}
		})
		for c.calls.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		c.Close()
		calls.Wait()
		if own.in != (traffic{}) || own.out != (traffic{}) {
			t.Error("keys are left")
		}
	}
}

// Both directions at once, from several goroutines, under deadlines that come and go.
func TestSecureAtOnce(t *testing.T) {
	a, b := securePair(t)
	go io.Copy(io.Discard, b)
	var calls sync.WaitGroup
	stop := time.Now().Add(200 * time.Millisecond)
	for range 3 {
		calls.Go(func() {
			for time.Now().Before(stop) {
				a.SetReadDeadline(time.Now().Add(time.Millisecond))
				a.Read(make([]byte, 100))
				a.ConnectionState()
				a.intact()
			}
		})
		calls.Go(func() {
			for time.Now().Before(stop) {
				a.Write(make([]byte, 20_000))
			}
		})
	}
	for time.Now().Before(stop) {
		b.send(b.keyUpdate(1), b.data("data"))
	}
	calls.Wait()
	if a.readErr != nil || a.writeErr != nil {
		t.Error(a.readErr, a.writeErr)
	}
}

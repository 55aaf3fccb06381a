package netpoll

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// oddity is what a peer may send, and what becomes of it: the data and the error that Read returns, and the alert sent. Where
// nothing else is said crypto/tls does the same.
type oddity struct {
	name  string
	send  func(p *peer) [][]byte
	fin   bool
	data  string
	err   string // "" for EOF
	alert int    // -1 for none
	own   bool   // crypto/tls differs
}

func one(f func(p *peer) []byte) func(p *peer) [][]byte {
	return func(p *peer) [][]byte { return [][]byte{f(p)} }
}

func several(n int, f func(p *peer) []byte) func(p *peer) [][]byte {
	return func(p *peer) (all [][]byte) {
		for range n {
			all = append(all, f(p))
		}
		return append(all, p.data("after"), p.goodbye())
	}
}

var big = strings.Repeat("x", maxPlaintext)

var oddities = []oddity{
	{name: "data", send: func(p *peer) [][]byte { return [][]byte{p.data("a"), p.data("bc"), p.goodbye()} }, data: "abc", alert: -1},
	{name: "padding", send: func(p *peer) [][]byte {
		return [][]byte{p.out.record(23, []byte("a\x00"), 1000), p.out.record(23, []byte("b"), 1), p.goodbye()}
	}, data: "a\x00b", alert: -1},
	{name: "largest", send: func(p *peer) [][]byte { return [][]byte{p.data(big), p.goodbye()} }, data: big, alert: -1},
	{name: "largest by padding", send: func(p *peer) [][]byte { return [][]byte{p.out.record(23, []byte("a"), maxPlaintext-1), p.goodbye()} }, data: "a", alert: -1},
	{name: "too much plaintext", send: one(func(p *peer) []byte { return p.data(big + "x") }), err: "local error: tls: record overflow", alert: 22},
	{name: "too much padding", send: one(func(p *peer) []byte { return p.out.record(23, []byte("a"), maxPlaintext) }), err: "local error: tls: record overflow", alert: 22},
	{name: "oversized", send: one(func(p *peer) []byte { return []byte{23, 3, 3, 0x41, 1} }), err: "tls: oversized record received with length 16641", alert: 22},
	{name: "nothing but padding", send: one(func(p *peer) []byte { return p.out.inner(make([]byte, 100)) }), err: "local error: tls: unexpected message", alert: 10},
	{name: "nothing at all", send: one(func(p *peer) []byte { return p.out.inner(nil) }), err: "local error: tls: unexpected message", alert: 10, own: true},
	{name: "bad MAC", send: func(p *peer) [][]byte {
		a, b := p.data("a"), p.data("b")
		b[len(b)-1] ^= 1
		return [][]byte{a, b}
	}, data: "a", err: "local error: tls: bad record MAC", alert: 20},
	{name: "bad length", send: one(func(p *peer) []byte {
		r := p.data("b")
		r[4]++
		return append(r, 0)
	}), err: "local error: tls: bad record MAC", alert: 20},
	{name: "shorter than a tag", send: one(func(p *peer) []byte { return []byte{23, 3, 3, 0, 3, 1, 2, 3} }), err: "local error: tls: bad record MAC", alert: 20},
	{name: "left out", send: func(p *peer) [][]byte { p.data("lost"); return [][]byte{p.data("a")} }, err: "local error: tls: bad record MAC", alert: 20},
	{name: "twice", send: func(p *peer) [][]byte { r := p.data("a"); return [][]byte{r, r} }, data: "a", err: "local error: tls: bad record MAC", alert: 20},
	{name: "version", send: one(func(p *peer) []byte { return []byte{23, 3, 1, 0, 20} }), err: "tls: received record with version 301 when expecting version 303", alert: 70},
	{name: "HTTP", send: one(func(p *peer) []byte { return []byte("GET / HTTP/1.1\r\n\r\n") }), err: "tls: received record with version 4554 when expecting version 303", alert: 70},
	{name: "handshake in the open", send: one(func(p *peer) []byte { return []byte{22, 3, 3, 0, 5, 24, 0, 0, 1, 0} }), err: "local error: tls: unexpected message", alert: 10, own: true},
	{name: "alert in the open", send: one(func(p *peer) []byte { return []byte{21, 3, 3, 0, 2, 1, 0} }), err: "local error: tls: unexpected message", alert: 10, own: true},
	{name: "another type outside", send: one(func(p *peer) []byte { return p.out.outer(22, []byte("a\x17")) }), err: "local error: tls: unexpected message", alert: 10},
	{name: "type unknown", send: one(func(p *peer) []byte { return p.out.record(99, []byte("a"), 0) }), err: "local error: tls: unexpected message", alert: 10},
	{name: "CCS", send: one(func(*peer) []byte { return []byte{20, 3, 3, 0, 1, 1} }), err: "local error: tls: unexpected message", alert: 10, own: true},
	{name: "CCS encrypted", send: one(func(p *peer) []byte { return p.out.record(20, []byte{1}, 0) }), err: "local error: tls: unexpected message", alert: 10, own: true},
	{name: "few empty", send: several(16, func(p *peer) []byte { return p.data("") }), data: "after", alert: -1},
	{name: "many empty", send: several(17, func(p *peer) []byte { return p.data("") }), err: "tls: too many ignored records", alert: 10},
	{name: "goodbye", send: one((*peer).goodbye), alert: -1},
	{name: "user canceled", send: several(1, func(p *peer) []byte { return p.out.record(21, []byte{1, 90}, 0) }), data: "after", alert: -1},
	{name: "many canceled", send: several(17, func(p *peer) []byte { return p.out.record(21, []byte{1, 90}, 0) }), err: "tls: too many ignored records", alert: 10},
	{name: "fatal alert", send: one(func(p *peer) []byte { return p.out.record(21, []byte{2, 40}, 0) }), err: "remote error: tls: handshake failure", alert: -1},
	{name: "unknown alert", send: one(func(p *peer) []byte { return p.out.record(21, []byte{1, 77}, 0) }), err: "remote error: tls: alert(77)", alert: -1},
	{name: "long alert", send: one(func(p *peer) []byte { return p.out.record(21, []byte{1, 0, 0}, 0) }), err: "local error: tls: unexpected message", alert: 10},
	{name: "cut off", send: one(func(p *peer) []byte { return p.data("abc")[:9] }), fin: true, err: "unexpected EOF", alert: -1},
	{name: "cut off in a header", send: one(func(p *peer) []byte { return p.data("abc")[:3] }), fin: true, err: "unexpected EOF", alert: -1},
	{name: "cut off between", send: one(func(p *peer) []byte { return p.data("abc") }), fin: true, data: "abc", alert: -1},
	{name: "ticket", send: one(func(p *peer) []byte { return p.out.record(22, append([]byte{4, 0, 0, 4}, 1, 2, 3, 4), 0) }), err: "unexpected message", alert: 10, own: true},
	{name: "hello", send: one(func(p *peer) []byte { return p.out.record(22, []byte{1, 0, 0, 0}, 0) }), err: "unexpected message", alert: 10, own: true},
	{name: "empty message", send: one(func(p *peer) []byte { return p.out.record(22, nil, 0) }), err: "local error: tls: unexpected message", alert: 10},
	{name: "key updates", send: several(16, func(p *peer) []byte { return p.keyUpdate(0) }), data: "after", alert: -1},
	{name: "many key updates", send: several(17, func(p *peer) []byte { return p.keyUpdate(0) }), err: "tls: too many non-advancing records", alert: 10},
	{name: "key updates between data", send: several(100, func(p *peer) []byte { return append(p.keyUpdate(0), p.data("-")...) }), data: strings.Repeat("-", 100) + "after", alert: -1},
	{name: "key update in pieces", send: func(p *peer) (all [][]byte) {
		for _, b := range []byte{24, 0, 0, 1, 0} {
			all = append(all, p.out.record(22, []byte{b}, 0))
		}
		p.out = p.out.updated()
		return append(all, p.data("new"), p.goodbye())
	}, data: "new", alert: -1},
	{name: "key update not done", send: func(p *peer) [][]byte {
		r := p.out.record(22, []byte{24, 0, 0, 1, 0}, 0)
		return [][]byte{r, p.data("old")}
	}, err: "local error: tls: bad record MAC", alert: 20},
	{name: "key update of another kind", send: one(func(p *peer) []byte { return p.keyUpdate(2) }), err: "local error: tls: illegal parameter", alert: 47, own: true},
	{name: "long key update", send: one(func(p *peer) []byte { return p.out.record(22, []byte{24, 0, 0, 2, 0, 0}, 0) }), err: "local error: tls: error decoding message", alert: 50},
	{name: "huge message", send: one(func(p *peer) []byte { return p.out.record(22, []byte{24, 255, 255, 255}, 0) }), err: "local error: tls: error decoding message", alert: 50, own: true},
	{name: "huge message begun", send: one(func(p *peer) []byte { return p.out.record(22, []byte{24, 255}, 0) }), err: "local error: tls: error decoding message", alert: 50, own: true},
	{name: "two key updates at once", send: one(func(p *peer) []byte { return p.out.record(22, []byte{24, 0, 0, 1, 0, 24, 0, 0, 1, 0}, 0) }), err: "unexpected message", alert: 10, own: true},
	{name: "key update interrupted", send: func(p *peer) [][]byte { return [][]byte{p.out.record(22, []byte{24, 0}, 0), p.data("a")} }, err: "local error: tls: unexpected message", alert: 10},
}

// Each oddity alone, all at once and byte by byte, and under crypto/tls.
func TestOddRecords(t *testing.T) {
	t.Parallel()
	conf := certified()
	for _, o := range oddities {
		t.Run(strings.ReplaceAll(o.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			c, p := securePair(t)
			o.expect(t, c, p, func(all []byte) { p.send(all) })
			if len(o.data) < 1000 {
				c, p = securePair(t)
				o.expect(t, c, p, func(all []byte) {
					for i := range all {
						p.Conn.Write(all[i:][:1])
					}
				})
			}
			if c, p, ok := standardPair(t, conf); ok && !o.own {
				o.expect(t, c, p, func(all []byte) { p.send(all) })
			}
		})
	}
}

func (o *oddity) expect(t *testing.T, c net.Conn, p *peer, send func([]byte)) {
	t.Helper()
	go func() {
		send(bytes.Join(o.send(p), nil))
		if o.fin {
			p.Conn.(*net.TCPConn).CloseWrite()
		}
	}()
	data, err := io.ReadAll(c)
	if string(data) != o.data {
		t.Errorf("%T: read %d bytes, want %d", c, len(data), len(o.data))
	}
	if !strings.HasSuffix(fmt.Sprint(err), cmp.Or(o.err, "<nil>")) {
		t.Errorf("%T: got %v, want %s", c, err, o.err)
	}
	if _, again := c.Read(make([]byte, 10)); again == nil || o.err != "" && again.Error() != err.Error() {
		t.Errorf("%T: then %v, want %v", c, again, err)
	}
	if o.alert < 0 {
		if _, err := c.Write([]byte("still")); err != nil && !o.fin {
			t.Errorf("%T: Write: %v", c, err)
		}
	} else if n, err := c.Write([]byte("no more")); n != 0 || err == nil {
		t.Errorf("%T: Write after an alert: %d, %v", c, n, err)
	}
	c.Close()
	typ, got, err := p.recv()
	switch {
	case o.alert >= 0 && (typ != 21 || string(got) != string([]byte{2, byte(o.alert)})):
		t.Errorf("%T: the peer got %d %x, %v; want alert %d", c, typ, got, err, o.alert)
	case o.alert < 0 && (typ != 23 || string(got) != "still"):
		t.Errorf("%T: the peer got %d %q, %v", c, typ, got, err)
	}
}

// standardPair is a peer whose other end is crypto/tls's. It is there where AES-128 is chosen, which crypto/tls does where
// the CPU has instructions for it.
func standardPair(t testing.TB, conf *tls.Config) (*tls.Conn, *peer, bool) {
	server, client := socketPair(t)
	conf = conf.Clone()
	conf.SessionTicketsDisabled = true
	var secrets secrets
	s := tls.Server(server, conf)
	c := tls.Client(&byRecord{Conn: client}, &tls.Config{InsecureSkipVerify: true, KeyLogWriter: &secrets})
	done := make(chan error)
	go func() { done <- s.Handshake() }()
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if c.ConnectionState().CipherSuite != tls.TLS_AES_128_GCM_SHA256 {
		return nil, nil, false
	}
	return s, &peer{Conn: client, t: t, in: newKeys(secrets.server), out: newKeys(secrets.client)}, true
}

func certified() *tls.Config {
	ts := httptest.NewUnstartedServer(nil)
	ts.StartTLS()
	defer ts.Close()
	return &tls.Config{Certificates: ts.TLS.Certificates}
}

// byRecord gives crypto/tls no byte of a record that it does not need.
type byRecord struct {
	net.Conn
	left int
	head []byte
}

func (b *byRecord) Read(p []byte) (int, error) {
	if b.left == 0 {
		n, err := b.Conn.Read(p[:min(len(p), 5-len(b.head))])
		if b.head = append(b.head, p[:n]...); len(b.head) == 5 {
			b.left, b.head = recordLen(b.head), nil
		}
		return n, err
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// The error of an alert can be asked which it was.
func TestAlertErrors(t *testing.T) {
	c, p := securePair(t)
	p.send(p.out.record(21, []byte{2, 48}, 0))
	_, err := c.Read(make([]byte, 1))
	var op *net.OpError
	var alert tls.AlertError
	if !errors.As(err, &op) || op.Op != "remote error" || !errors.As(err, &alert) || alert != 48 {
		t.Errorf("%#v", err)
	}
	c, p = securePair(t)
	p.send([]byte{23, 3, 1, 0, 20})
	var header tls.RecordHeaderError
	if _, err := c.Read(make([]byte, 1)); !errors.As(err, &header) || header.RecordHeader != [5]byte{23, 3, 1, 0, 20} || header.Conn != nil {
		t.Errorf("%#v", err)
	}
}

// What a peer asks for it gets ahead of the next data, under the old key and once, and both sides go on with new ones.
func TestKeyUpdateIsAnswered(t *testing.T) {
	server, client := socketPair(t)
	own, p := agreed(t, client)
	sock := &counted{Conn: server}
	c := newSecureConn(sock, own)
	for i := range 5 {
		for range 1 + i {
			p.send(p.keyUpdate(1))
		}
		p.send(p.data("ping"))
		if n, err := c.Read(make([]byte, 10)); n != 4 || err != nil {
			t.Fatal(n, err)
		}
		if i == 2 { // not forgotten in a park
			c = newSecureConn(sock, c.give())
		}
		io.WriteString(c, "pong")
		typ, data, err := p.recv()
		if typ != 22 || string(data) != string([]byte{24, 0, 0, 1, 0}) || err != nil {
			t.Fatalf("%d: got %d %x, %v", i, typ, data, err)
		}
		p.in = p.in.updated()
		if typ, data, err := p.recv(); typ != 23 || string(data) != "pong" || err != nil {
			t.Fatalf("%d: got %d %q, %v", i, typ, data, err)
		}
		io.WriteString(c, "once")
		if typ, data, err := p.recv(); typ != 23 || string(data) != "once" || err != nil {
			t.Fatalf("%d: got %d %q, %v", i, typ, data, err)
		}
	}
	if own.out.seq != 2 || own.in.seq != 1 {
		t.Errorf("sequence numbers %d and %d did not start anew", own.in.seq, own.out.seq)
	}
}

// No key seals more than 2^24 records, also within one Write.
func TestOwnKeyUpdate(t *testing.T) {
	c, p := securePair(t)
	c.session.out.seq = updateAfter - 2
	p.in.seq = updateAfter - 2
	message := bytes.Repeat([]byte("0123456789abcdef"), 5*maxPlaintext/16)
	go func() {
		c.Write(message)
		io.WriteString(c, "more")
		c.CloseWrite()
	}()
	got, err := io.ReadAll(p)
	if string(got) != string(message)+"more" || err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if string(p.seen[:3]) != "\x17\x17\x16" || bytes.Count(p.seen, []byte{22}) != 1 {
		t.Errorf("content types %x", p.seen)
	}
}

// A timeout in the middle of a record loses nothing; one in the middle of a Write is the end of writing.
func TestSecureDeadlines(t *testing.T) {
	c, p := securePair(t)
	r := p.data("whole")
	p.send(r[:8])
	for range 3 {
		c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
		if n, err := c.Read(make([]byte, 10)); n != 0 || !isTimeout(err) {
			t.Fatal(n, err)
		}
	}
	c.SetReadDeadline(time.Time{})
	p.send(r[8:])
	b := make([]byte, 10)
	if n, err := c.Read(b); string(b[:n]) != "whole" || err != nil {
		t.Fatal(n, err)
	}
	c.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	n, err := c.Write(make([]byte, 64<<20))
	if !isTimeout(err) || n >= 64<<20 {
		t.Fatal(n, err)
	}
	c.SetWriteDeadline(time.Time{})
	_, again := c.Write([]byte("x"))
	var e interface{ Temporary() bool } // what crypto/tls tells by
	if !isTimeout(again) || errors.As(again, &e) && e.Temporary() {
		t.Errorf("then %v", again)
	}
	if c.intact() {
		t.Error("could be parked")
	}
}

package netpoll

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

// keys is one direction of a session as a client has it: written apart from traffic, so that the two can disagree.
type keys struct {
	secret []byte
	gcm    cipher.AEAD
	iv     []byte
	seq    uint64
}

func newKeys(secret []byte) *keys {
	block, _ := aes.NewCipher(label(secret, "key", 16))
	gcm, _ := cipher.NewGCM(block)
	return &keys{secret, gcm, label(secret, "iv", 12), 0}
}

func label(secret []byte, name string, n int) []byte {
	out, err := hkdf.Expand(sha256.New, secret, fmt.Sprintf("\x00%c%ctls13 %s\x00", n, len(name)+6, name), n)
	if err != nil {
		panic(err)
	}
	return out
}

func (k *keys) updated() *keys { return newKeys(label(k.secret, "traffic upd", 32)) }

func (k *keys) nonce() []byte {
	nonce := bytes.Clone(k.iv)
	for i, b := range binary.BigEndian.AppendUint64(nil, k.seq) {
		nonce[4+i] ^= b
	}
	k.seq++
	return nonce
}

// inner seals content, type and padding as they are given.
func (k *keys) inner(content []byte) []byte { return k.outer(23, content) }

func (k *keys) outer(typ byte, content []byte) []byte {
	head := []byte{typ, 3, 3, byte((len(content) + 16) >> 8), byte(len(content) + 16)}
	return append(bytes.Clone(head), k.gcm.Seal(nil, k.nonce(), content, head)...)
}

func (k *keys) record(typ byte, data []byte, padding int) []byte {
	return k.inner(append(append(bytes.Clone(data), typ), make([]byte, padding)...))
}

// peer is a client that sends what records it likes.
type peer struct {
	net.Conn
	t       testing.TB
	in, out *keys
	plain   []byte
	seen    []byte // content types received
}

func (p *peer) send(records ...[]byte) {
	p.t.Helper()
	if _, err := p.Conn.Write(bytes.Join(records, nil)); err != nil {
		p.t.Error("peer:", err)
	}
}

func (p *peer) data(s string) []byte { return p.out.record(23, []byte(s), 0) }

func (p *peer) keyUpdate(asked byte) []byte {
	r := p.out.record(22, []byte{24, 0, 0, 1, asked}, 0)
	p.out = p.out.updated()
	return r
}

func (p *peer) goodbye() []byte { return p.out.record(21, []byte{1, 0}, 0) }

func (p *peer) recv() (typ byte, data []byte, err error) {
	head := make([]byte, 5)
	if _, err := io.ReadFull(p.Conn, head); err != nil {
		return 0, nil, err
	}
	body := make([]byte, int(head[3])<<8|int(head[4]))
	if _, err := io.ReadFull(p.Conn, body); err != nil {
		return 0, nil, err
	}
	inner, err := p.in.gcm.Open(nil, p.in.nonce(), body, head)
	if err != nil {
		return 0, nil, err
	}
	inner = bytes.TrimRight(inner, "\x00")
	n := len(inner) - 1
	p.seen = append(p.seen, inner[n])
	return inner[n], inner[:n], nil
}

// Read is of application data, and follows the server's key updates.
func (p *peer) Read(b []byte) (int, error) {
	for len(p.plain) == 0 {
		typ, data, err := p.recv()
		switch {
		case err != nil:
			return 0, err
		case typ == 23:
			p.plain = data
		case typ == 21 && data[1] == 0:
			return 0, io.EOF
		case typ == 22 && data[0] == 24:
			p.in = p.in.updated()
		default:
			return 0, fmt.Errorf("got type %d %x", typ, data)
		}
	}
	n := copy(b, p.plain)
	p.plain = p.plain[n:]
	return n, nil
}

func (p *peer) Write(b []byte) (int, error) { return p.Conn.Write(p.data(string(b))) }

// socketPair is a connection over loopback.
func socketPair(t testing.TB) (server, client net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close(); client.Close() })
	client.SetDeadline(time.Now().Add(time.Minute))
	return server, client
}

// agreed is a session whose secrets the peer has too, as after a handshake.
func agreed(t testing.TB, client net.Conn) (*session, *peer) {
	var up, down [32]byte
	rand.Read(up[:])
	rand.Read(down[:])
	s := &session{suite: aes128, whole: true}
	s.state.HandshakeComplete = true
	s.in.begin(aes128, up[:])
	s.out.begin(aes128, down[:])
	return s, &peer{Conn: client, t: t, in: newKeys(down[:]), out: newKeys(up[:])}
}

func securePair(t testing.TB) (*secureConn, *peer) {
	t.Helper()
	server, client := socketPair(t)
	s, p := agreed(t, client)
	c := newSecureConn(server, s)
	server.SetDeadline(time.Now().Add(time.Minute))
	t.Cleanup(func() { c.Close() })
	return c, p
}

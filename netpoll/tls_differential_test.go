package netpoll

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
)

// moves are what a peer may do next, the first half of them what an honest one might. crypto/tls and secureConn have to take
// each alike; where they do not is in oddities.
var moves = []func(p *peer, arg byte, last []byte) []byte{
	func(p *peer, arg byte, _ []byte) []byte { return p.out.record(23, make([]byte, arg), 0) },
	func(p *peer, arg byte, _ []byte) []byte { return p.out.record(23, make([]byte, int(arg)*64), 0) },
	func(p *peer, arg byte, _ []byte) []byte { return p.out.record(23, []byte{arg}, int(arg)*60) },
	func(p *peer, arg byte, _ []byte) []byte { return p.keyUpdate(arg & 1) },
	func(p *peer, arg byte, _ []byte) []byte {
		cut := 1 + arg%4
		message := []byte{24, 0, 0, 1, arg & 1}
		r := join(p.out.record(22, message[:cut], 0), p.out.record(22, message[cut:], int(arg)))
		p.out = p.out.updated()
		return r
	},
	func(p *peer, arg byte, _ []byte) []byte { return p.out.record(23, nil, int(arg%3)) },
	func(p *peer, _ byte, _ []byte) []byte { return p.out.record(21, []byte{1, 90}, 0) },
	func(p *peer, _ byte, _ []byte) []byte { return p.data("x") },

	func(p *peer, arg byte, _ []byte) []byte { return p.out.record(21, []byte{1 + arg&1, arg >> 1}, 0) },
	func(p *peer, arg byte, _ []byte) []byte { return p.out.record(21, make([]byte, arg%4), 0) },
	func(p *peer, arg byte, _ []byte) []byte {
		r := p.data("flipped")
		r[5+int(arg)%(len(r)-5)] ^= 1 << (arg % 8)
		return r
	},
	func(p *peer, arg byte, _ []byte) []byte {
		return append([]byte{23, 3, 3, 0, arg}, make([]byte, arg)...)
	},
	func(p *peer, arg byte, _ []byte) []byte { return []byte{23, 3, 4 + arg%250, 0, 20} },
	func(p *peer, arg byte, _ []byte) []byte { return []byte{23, 3, 3, 0x41, 1 + arg%255} },
	func(p *peer, arg byte, _ []byte) []byte { return p.out.record(24+arg%200, []byte("x"), 0) },
	func(_ *peer, _ byte, last []byte) []byte { return last },
	func(p *peer, _ byte, _ []byte) []byte { p.data("lost"); return nil },
	func(p *peer, arg byte, _ []byte) []byte { return p.out.inner(make([]byte, 1+int(arg))) },
	func(p *peer, arg byte, _ []byte) []byte {
		return p.out.record(23, make([]byte, maxPlaintext+1+int(arg%200)), 0)
	},
	func(p *peer, arg byte, _ []byte) []byte {
		return join(p.out.record(22, []byte{24, 0, 0, 1}[:arg%5], 0), p.data("x"))
	},
	func(p *peer, arg byte, _ []byte) []byte { return p.data("cut off")[:arg%29] },
}

// fate is what has become of a connection: all that its owner has seen, and its peer.
type fate struct{ owner, peer string }

// play lets the peer make its moves, each of two bytes, and go. The owner answers what it reads until it reads an error.
func play(c net.Conn, socket net.Conn, p *peer, program []byte) fate {
	var stream, last []byte
	for ; len(program) > 1; program = program[2:] {
		last = moves[int(program[0])%len(moves)](p, program[1], last)
		stream = append(stream, last...)
	}
	go func() {
		p.Conn.Write(stream)
		p.Conn.(*net.TCPConn).CloseWrite()
	}()
	owner := make(chan string)
	go func() {
		var log bytes.Buffer
		b := make([]byte, 700)
		n, err := c.Read(b)
		for ; err == nil; n, err = c.Read(b) {
			m, err := c.Write(b[:min(n, 3)])
			fmt.Fprintln(&log, "read", n, "wrote", m, err)
		}
		_, again := c.Read(b)
		m, werr := c.Write([]byte("last"))
		fmt.Fprintln(&log, n, err, "/", again, "/", m, werr)
		io.Copy(io.Discard, socket) // what is unread would become a reset
		fmt.Fprintln(&log, c.Close())
		owner <- log.String()
	}()
	var heard bytes.Buffer
	for {
		typ, data, err := p.recv()
		fmt.Fprintf(&heard, "%d %x %v\n", typ, data, err)
		switch {
		case err != nil, typ == 21 && data[0] == alertFatal: // which crypto/tls lets a close_notify follow
			io.Copy(io.Discard, p.Conn)
			return fate{<-owner, heard.String()}
		case typ == 22 && data[0] == keyUpdate: // which crypto/tls sends at once
			p.in = p.in.updated()
			heard.Truncate(heard.Len() - len(fmt.Sprintf("%d %x %v\n", typ, data, err)))
		}
	}
}

// after is what is left of f where it differs from g.
func (f fate) after(g fate) fate {
	cut := func(a, b string) string {
		n := 0
		for n < min(len(a), len(b)) && a[n] == b[n] {
			n++
		}
		return a[strings.LastIndex(a[:n], "\n")+1:]
	}
	return fate{cut(f.owner, g.owner), cut(f.peer, g.peer)}
}

// FuzzHostilePeer does the same to crypto/tls and to a session of ours: both owners read the same, with the same errors,
// and both peers get the same answers and alerts.
func FuzzHostilePeer(f *testing.F) {
	rnd := rand.New(rand.NewPCG(8, 446))
	for i := range 150 {
		program := make([]byte, 2*(1+rnd.IntN(40)))
		for j := range program {
			program[j] = byte(rnd.Uint32())
			if j%2 == 0 && rnd.IntN(1+i%20) > 0 { // an honest move
				program[j] = byte(rnd.IntN(8))
			}
		}
		f.Add(program)
	}
	conf := certified()
	f.Fuzz(func(t *testing.T, program []byte) {
		if len(program) > 200 {
			return
		}
		theirs, p, ok := standardPair(t, conf)
		if !ok {
			return
		}
		want := play(theirs, theirs.NetConn(), p, program)
		ours, p := securePair(t)
		if got := play(ours, ours.socket, p, program); got != want {
			t.Errorf("%x: ours, after what is the same:\n%s\ncrypto/tls:\n%s", program, got.after(want), want.after(got))
		}
	})
}

package netpoll

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"
)

// script is a socket that reads what it was given and forgets what is written.
type script struct {
	net.Conn
	in  io.Reader
	out bytes.Buffer
}

func (s *script) Read(p []byte) (int, error)  { return s.in.Read(p) }
func (s *script) Write(p []byte) (int, error) { return s.out.Write(p) }
func (s *script) Close() error                { return nil }

func (s *script) SetWriteDeadline(time.Time) error { return nil }

// FuzzRecords reads arbitrary bytes from a peer, and sealed records of arbitrary content: no panic, no memory beyond one
// record, an error at the end, and only what was sealed as data is read.
func FuzzRecords(f *testing.F) {
	f.Add([]byte{23, 3, 3, 0, 20}, []byte{})
	f.Add([]byte{20, 3, 3, 0, 1, 1, 23, 3, 3, 255, 255}, []byte{5, 'h', 'e', 'l', 'l', 23, 0, 6, 24, 0, 0, 1, 1, 22})
	f.Add([]byte{}, []byte{3, 1, 0, 21, 6, 24, 0, 0, 1, 2, 22, 3, 24, 0, 22, 4, 'a', 23, 0, 0})
	f.Fuzz(func(t *testing.T, raw, inner []byte) {
		s, p := agreed(t, nil)
		var sealed, want []byte
		for len(inner) > 0 {
			n := min(int(inner[0]), len(inner)-1)
			content := inner[1 : 1+n]
			inner = inner[1+n:]
			sealed = append(sealed, p.out.inner(content)...)
			if typ, data, ok := strip(content); ok && typ == typeData {
				want = append(want, data...)
			}
			if bytes.HasPrefix(content, []byte{24, 0, 0, 1}) && len(content) > 5 && content[5] == 22 {
				p.out = p.out.updated()
			}
		}
		for _, stream := range [][]byte{raw, sealed, append(sealed, raw...)} {
			sock := &script{in: &sliced{stream, 1 + len(stream)%700}}
			again := *s
			again.in.aead, again.out.aead = nil, nil
			c := newSecureConn(sock, &again)
			var got []byte
			var err error
			for b := make([]byte, 1000); err == nil; {
				var n int
				n, err = c.Read(b)
				got = append(got, b[:n]...)
				if len(c.raw.room()) > 18<<10 || sock.out.Len() > 30*(len(stream)+10) {
					t.Fatal("grew without bounds")
				}
				if err == nil && n == 0 {
					t.Fatal("read nothing")
				}
			}
			if !bytes.HasPrefix(want, got) {
				t.Fatalf("read %q, sealed was %q", got, want)
			}
			c.Close()
		}
	})
}

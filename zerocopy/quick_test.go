package zerocopy_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Short writes meet a socket that has room for a part of them: the rest follows.
func TestShortWritesIntoAFullSocket(t *testing.T) {
	want := noise(2 << 20)
	for _, network := range []string{"tcp", "unix"} {
		server, client := pair(t, network)
		server.(interface{ SetWriteBuffer(int) error }).SetWriteBuffer(5000)
		var wg sync.WaitGroup
		wg.Go(func() {
			defer server.Close()
			for p := want; len(p) > 0; {
				size := min(len(p), 9973)
				n, err := server.Write(p[:size])
				if n != size || err != nil {
					t.Errorf("%s: Write = %d, %v; want %d", network, n, err, size)
					return
				}
				p = p[n:]
			}
		})
		got, err := io.ReadAll(slowly{client})
		if err != nil {
			t.Errorf("%s: %v", network, err)
		}
		wg.Wait()
		equal(t, network, got, want)
	}
}

// slowly takes little at a time.
type slowly struct{ net.Conn }

func (s slowly) Read(p []byte) (int, error) { return s.Conn.Read(p[:min(len(p), 700)]) }

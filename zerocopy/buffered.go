package zerocopy

import (
	"bufio"
	"net"
)

// SendBuffered writes what bw holds, and then b, to c: in one call if c is a
// conn of a [Listener] and b is memory. bw must write to c. It is for HTTP
// servers with a writer of their own, which has the header in it; fasthttp's is
// reached so. Over any other conn, above all TLS, b goes through bw.
func SendBuffered(bw *bufio.Writer, c net.Conn, b *Body) (int64, error) {
	core := coreOf(c)
	if core == nil {
		return b.copyRange(bw, 0, b.n)
	}
	return together(core, func() (int64, error) {
		if err := bw.Flush(); err != nil {
			return 0, err
		}
		return core.carry(b, 0, b.n)
	})
}

func coreOf(c net.Conn) *core {
	switch c := c.(type) {
	case *tcpConn:
		return c.core
	case *unixConn:
		return c.core
	}
	return nil
}

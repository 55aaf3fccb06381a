package zerocopy

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// tcpLike is the method set of *net.TCPConn that all systems share: a conn
// that has it loses nothing by being wrapped in a tcpConn.
type tcpLike interface {
	rawConn
	io.ReaderFrom
	io.WriterTo
	CloseRead() error
	CloseWrite() error
	File() (*os.File, error)
	MultipathTCP() (bool, error)
	SetKeepAlive(bool) error
	SetKeepAliveConfig(net.KeepAliveConfig) error
	SetKeepAlivePeriod(time.Duration) error
	SetLinger(int) error
	SetNoDelay(bool) error
	SetReadBuffer(int) error
	SetWriteBuffer(int) error
}

// rawConn is what a core needs of its inner conn.
type rawConn interface {
	net.Conn
	syscall.Conn
}

// tcpMethods and unixMethods put the inner conn's methods one level deeper
// than those of core, which therefore win wherever both have one.
type (
	tcpMethods  struct{ tcpLike }
	unixMethods struct{ *net.UnixConn }
)

// A tcpConn is safe for concurrent use, as the conn in it is.
type tcpConn struct {
	tcpMethods
	*core
}

// WriteTo implements [io.WriterTo]: what the peer sends goes to w.
func (c *tcpConn) WriteTo(w io.Writer) (int64, error) {
	c.release()
	c.show()
	return c.tcpLike.WriteTo(w)
}

// A unixConn is safe for concurrent use, as the conn in it is.
type unixConn struct {
	unixMethods
	*core
}

// The message forms write too, so the header that waits goes before them.

func (c *unixConn) WriteMsgUnix(b, oob []byte, addr *net.UnixAddr) (n, oobn int, err error) {
	c.release()
	return c.UnixConn.WriteMsgUnix(b, oob, addr)
}

func (c *unixConn) WriteToUnix(b []byte, addr *net.UnixAddr) (int, error) {
	c.release()
	return c.UnixConn.WriteToUnix(b, addr)
}

func (c *unixConn) WriteTo(b []byte, addr net.Addr) (int, error) {
	c.release()
	return c.UnixConn.WriteTo(b, addr)
}

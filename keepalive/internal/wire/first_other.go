//go:build !linux || portable

package wire

import (
	"syscall"
	"time"
)

// Supported says whether idle connections can be looked at here. Without the
// look, bytes that a peer sent out of turn would be taken for the next answer.
const Supported = false

// Lookable says it of this connection.
func (c *Conn) Lookable() bool { return false }

func (c *Conn) attach() {}

func (c *Conn) first(p []byte) (int, error) { return c.firstPortable(p) }

func (c *Conn) unseen() bool { return false }

// Idle knows nothing here: the next request finds out.
func (c *Conn) Idle() (closed bool, ago time.Duration) { return false, -1 }

// Idle is not known here.
func Idle(syscall.RawConn) (closed bool, ago time.Duration) { return false, -1 }

// Start is not known here.
func Start(syscall.RawConn) (acked uint64, rtt time.Duration) { return 0, 0 }

// Quiet is not known here.
func Quiet(syscall.RawConn) (d time.Duration, ended bool, ago time.Duration) { return 0, false, -1 }

// Ending is not known here.
func Ending(syscall.RawConn) (acked uint64, fin bool) { return 0, false }

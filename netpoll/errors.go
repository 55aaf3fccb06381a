package netpoll

import (
	"fmt"
	"net"
	"os"
)

// ErrClosed is what Accept returns once the Listener is closed. It wraps net.ErrClosed.
var ErrClosed = fmt.Errorf("netpoll: listener %w", net.ErrClosed)

// ErrParked is what Read returns to a server whose connection is about to be parked; the server answers it, as any read
// timeout on an idle connection, by closing. It is one value, a net.Error that is a timeout and temporary; it is
// os.ErrDeadlineExceeded and net.ErrClosed. Only listeners wrapped around ours, and their logs, ever meet it.
var ErrParked error = parkedError{}

// parkedError is temporary because crypto/tls latches every other read error, a timeout because net/http answers nothing
// to those (isCommonNetReadError in server.go), and net.ErrClosed because fasthttp answers nothing to that
// (serveConnCounted in server.go).
type parkedError struct{}

func (parkedError) Error() string   { return "netpoll: connection parked" }
func (parkedError) Timeout() bool   { return true }
func (parkedError) Temporary() bool { return true }
func (parkedError) Is(err error) bool {
	return err == os.ErrDeadlineExceeded || err == net.ErrClosed
}

var _ net.Error = parkedError{}

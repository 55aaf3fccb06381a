//go:build !linux || portable

package zerocopy

import (
	"net"
	"syscall"
)

// A pipe is never made where there is no splice.
type pipe struct{ held int }

var errNoSplice error

const pipeSize = 0

func getPipe(*counters) *pipe { return nil }

func (p *pipe) put()                                     {}
func (p *pipe) fill(syscall.RawConn, int) (int, error)   { return 0, nil }
func (p *pipe) drain(syscall.RawConn) (n int, err error) { return 0, nil }
func bare(net.Conn) bool                                 { return false }

//go:build !linux || portable

package netpoll

import (
	"errors"
	"net"
	"syscall"
)

// lot declines everything here: idle connections wait in their goroutine, under the same timeouts.
type lot struct{}

func newLot(*Listener) (*lot, error) { return &lot{}, nil }

func (*lot) willing() bool              { return false }
func (*lot) expect(int64)               {}
func (*lot) claim(net.Conn) (int, bool) { return -1, false }
func (*lot) abandon(int)                {}
func (*lot) shed() bool                 { return false }
func (*lot) relieve(error) bool         { return false }
func (*lot) clear()                     {}
func (*lot) close()                     {}

func (*lot) park(int, record, moment, *session) {}

func (*lot) keep(net.Conn, syscall.RawConn, record, moment) {}

// writeOnce is for closing what was parked.
func writeOnce(syscall.RawConn, []byte) (int, error) { return 0, errors.ErrUnsupported }

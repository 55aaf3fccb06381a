package netpoll

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// Alerts of RFC 8446, 6.
const (
	closeNotify       tls.AlertError = 0
	unexpectedMessage tls.AlertError = 10
	badRecordMAC      tls.AlertError = 20
	recordOverflow    tls.AlertError = 22
	illegalParameter  tls.AlertError = 47
	decodeError       tls.AlertError = 50
	protocolVersion   tls.AlertError = 70
	userCanceled      tls.AlertError = 90
)

const (
	alertWarning = 1
	alertFatal   = 2
	alertLen     = 2
)

// The errors have crypto/tls's texts and kinds, so that whoever tells them apart can go on doing so.
var (
	errShutdown  = errors.New("tls: protocol is shutdown")
	errTooMany   = errors.New("tls: too many ignored records")
	errNoAdvance = errors.New("tls: too many non-advancing records")
)

func localError(a tls.AlertError) error  { return &net.OpError{Op: "local error", Err: a} }
func remoteError(a tls.AlertError) error { return &net.OpError{Op: "remote error", Err: a} }

func headerError(head []byte, format string, args ...any) error {
	err := tls.RecordHeaderError{Msg: fmt.Sprintf(format, args...)}
	copy(err.RecordHeader[:], head)
	return err
}

// finalError is an error that every later call returns again: no longer temporary, whatever it was.
type finalError struct{ err net.Error }

func (e finalError) Error() string   { return e.err.Error() }
func (e finalError) Unwrap() error   { return e.err }
func (e finalError) Timeout() bool   { return e.err.Timeout() }
func (e finalError) Temporary() bool { return false }

func final(err error) error {
	if ne, ok := err.(net.Error); ok {
		return finalError{ne}
	}
	return err
}

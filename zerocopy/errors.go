package zerocopy

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// ErrShortFile reports that a file section ended before the length its [Body]
// promised: the file was truncated. The response cannot be repaired, so a
// conn of a [Listener] refuses every later write and resets when it is closed;
// nothing is padded. It wraps [io.ErrUnexpectedEOF].
var ErrShortFile = fmt.Errorf("zerocopy: file is shorter than its section: %w", io.ErrUnexpectedEOF)

// ErrFileChanged reports that a file of [Files] was rewritten in place while a
// response was sent from it. It is treated as [ErrShortFile] is.
var ErrFileChanged = fmt.Errorf("zerocopy: file was rewritten while it was sent: %w", io.ErrUnexpectedEOF)

// errMisplaced: a writer taken for transparent put other bytes between the
// header and the body. What it wrote may be a copy of a token.
var errMisplaced = errors.New("zerocopy: write in the place of an announced body")

// errAborted is why nothing may follow a response that [Send], which does not
// know the conn, could not end.
var errAborted = fmt.Errorf("zerocopy: response stopped in its middle: %w", io.ErrUnexpectedEOF)

// A fileError is a failure on the side of the file: the peer is well, yet the
// promised bytes will never come. It alone makes a conn unusable; an error of
// the socket speaks for itself.
type fileError struct{ err error }

func (e *fileError) Error() string { return "zerocopy: read file section: " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

func isFileFailure(err error) bool {
	var fe *fileError
	return errors.Is(err, ErrShortFile) || errors.Is(err, ErrFileChanged) || errors.As(err, &fe)
}

// fileErr judges a ReadAt that gave n of want bytes: only all of them will do.
func fileErr(n, want int, err error) error {
	switch {
	case n == want:
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return ErrShortFile
	default:
		return &fileError{err}
	}
}

// opError gives a failure of nc the form that package net has. call is the
// kernel's, for an error of its own.
func opError(op, call string, nc net.Conn, err error) error {
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(call, errno)
	}
	return &net.OpError{Op: op, Net: nc.LocalAddr().Network(), Source: nc.LocalAddr(), Addr: nc.RemoteAddr(), Err: err}
}

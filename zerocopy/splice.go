package zerocopy

import "io"

// Copy copies src to dst until src ends, as io.Copy does, and returns what went
// to dst. Between two sockets the bytes never enter this process: conns of a
// [Listener], on either side and below an io.LimitedReader, are seen through to
// the socket, so that splice is used where the system has it. Everything else
// is io.Copy. It may be called for both directions of a pair at once.
func Copy(dst io.Writer, src io.Reader) (int64, error) {
	switch d := dst.(type) {
	case *tcpConn:
		return d.ReadFrom(src)
	case *unixConn:
		return d.ReadFrom(src)
	}
	var done func()
	src, done = socketOf(src)
	defer done()
	return io.Copy(dst, src)
}

// socketOf puts the socket in the place of a conn of ours, since package net
// looks for its own types only. done gives the bytes read back to a limit. The
// header that may wait goes first: whoever reads waits for the peer.
func socketOf(src io.Reader) (use io.Reader, done func()) {
	switch s := src.(type) {
	case *tcpConn:
		s.release()
		return s.nc, nothing
	case *unixConn:
		s.release()
		return s.nc, nothing
	case *io.LimitedReader:
		if in, _ := socketOf(s.R); in != s.R {
			l := &io.LimitedReader{R: in, N: s.N}
			return l, func() { s.N = l.N }
		}
	}
	return src, nothing
}

func nothing() {}

//go:build linux && !portable

// The half of a sender that sends files.

package zerocopy

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fileSlice is what has to go out of a file within one write deadline: each
// call costs as much as 40 KiB more to send, and one for four times as much
// takes no less CPU.
const fileSlice = 4 << 20

// sendSection sends at most one slice of the file section that comes next, and
// before it what rest has, such as the header. It is one call of RawConn.Write,
// and so is the cork around them.
func (s *sender) sendSection(cur *cursor) error {
	s.long = cur.left > corkMin
	seg, at, n := cur.next(fileSlice)
	if seg.raw == nil {
		return &fileError{os.ErrClosed}
	}
	s.check, s.last = nil, cur.left == 0
	if cur.left == 0 || cur.at == 0 { // the last of this segment
		s.check = seg.stamp
	}
	s.file, s.off, s.want = seg.raw, seg.off+at, int(n)
	err := s.finish(s.c.raw.Write(s.sendfileFn))
	if errors.Is(err, errNoSendfile) {
		gone := n - int64(s.want)
		m, cerr := cur.b.copyRange(counting{s.c}, cur.pos()-n+gone, n-gone)
		s.moved += m
		return cerr
	}
	return err
}

// sendfile runs inside RawConn.Write: it must not wait for the socket there.
func (s *sender) sendfile(fd uintptr) bool {
	s.sock = fd
	if s.long && !s.corked {
		s.corked = setCork(fd, 1)
	}
	if !s.gather(fd) {
		return false
	}
	for s.want > 0 && s.err == nil {
		// Control keeps the file's fd from being closed and reused meanwhile.
		if err := s.file.Control(s.sectionFn); err != nil {
			s.err = &fileError{err}
		}
		if s.err == unix.EAGAIN {
			s.err = nil
			return false
		}
	}
	if s.corked && s.last && s.err == nil {
		s.corked = !setCork(fd, 0)
	}
	return true
}

// errNoSendfile: the file system cannot do it, or one of the two sides failed
// and the number does not say which. A copy works, or fails with the right name.
var errNoSendfile = errors.New("zerocopy: no sendfile here")

func (s *sender) section(fd uintptr) {
	if s.check != nil {
		if !s.bears(fd) {
			s.err = ErrFileChanged
			return
		}
		s.check = nil
	}
	s.call = "sendfile"
	n, err := unix.Sendfile(int(s.sock), int(fd), &s.off, s.want)
	note(&s.c.counts.sendfiles, &s.c.counts.sendfileBytes, int64(n))
	switch {
	case err == nil && n == 0:
		s.err = ErrShortFile
	case err == nil:
		s.moved += int64(n)
		s.want -= n
	case err == unix.EINTR:
	case err == unix.EAGAIN, err == unix.EPIPE, err == unix.ECONNRESET, err == unix.ETIMEDOUT:
		s.err = err
	default:
		s.err = errNoSendfile
	}
}

// bears compares the file's size and time. statx is one call for both, and
// unlike os.File.Stat it allocates nothing here.
func (s *sender) bears(fd uintptr) bool {
	const mask = unix.STATX_SIZE | unix.STATX_MTIME
	// unix.Statx would copy the empty path. unsafe.Pointer rule 4, as above; both
	// point into s, which is on the heap.
	_, _, errno := unix.Syscall6(unix.SYS_STATX, fd, uintptr(unsafe.Pointer(&s.empty)), unix.AT_EMPTY_PATH,
		mask, uintptr(unsafe.Pointer(&s.stx)), 0)
	if errno != 0 {
		return false
	}
	return int64(s.stx.Size) == s.check.size && s.stx.Mtime.Sec*1e9+int64(s.stx.Mtime.Nsec) == s.check.mtime
}

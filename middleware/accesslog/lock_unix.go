//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package accesslog

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// openLocked opens path for one owner: the lock belongs to the open file, so it holds within one process too, and ends with it.
func openLocked(path string) (f *os.File, fresh bool, err error) {
	_, err = os.Lstat(path)
	fresh = errors.Is(err, fs.ErrNotExist)
	if f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, false, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, false, ErrRingInUse
		}
		return nil, false, err
	}
	return f, fresh, nil
}

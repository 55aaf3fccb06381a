package accesslog

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// openLocked opens path for one owner: nobody else may open what is opened without sharing.
func openLocked(path string) (f *os.File, fresh bool, err error) {
	_, err = os.Lstat(path)
	fresh = errors.Is(err, fs.ErrNotExist)
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, false, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	const sharingViolation = syscall.Errno(32)
	if errors.Is(err, sharingViolation) {
		return nil, false, ErrRingInUse
	}
	if err != nil {
		return nil, false, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), fresh, nil
}

//go:build !unix

package zerocopy

import (
	"io/fs"
	"path/filepath"
	"syscall"
)

const nonblock = 0

func local(key string) (string, error) {
	name, err := filepath.Localize(within(key))
	if err != nil {
		// "con" or "a:b" name no file, so there is none.
		return "", &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
	}
	return name, nil
}

func outsideErrno(syscall.Errno) bool { return false }
func noDescriptors(error) bool        { return false }

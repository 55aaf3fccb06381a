//go:build unix

package zerocopy

import (
	"errors"
	"path/filepath"
	"syscall"
)

const nonblock = syscall.O_NONBLOCK

func local(key string) (string, error) { return filepath.Localize(within(key)) }

func outsideErrno(e syscall.Errno) bool {
	return e == syscall.ENOTDIR || e == syscall.ELOOP || e == syscall.ENAMETOOLONG || e == syscall.ENXIO
}

func noDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

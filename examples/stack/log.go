package main

import (
	"errors"
	"path/filepath"
	"syscall"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

// openLog opens a log that loses no line when the process dies, and rotates at 100 MB and at SIGHUP.
func openLog(dir string) (access *accesslog.Log, closeLog func(), err error) {
	file, err := accesslog.OpenFile(filepath.Join(dir, "access.log"), &accesslog.FileOptions{MaxSize: 100 << 20, Signal: syscall.SIGHUP})
	if err != nil {
		return nil, nil, err
	}
	ring, err := accesslog.OpenRing(filepath.Join(dir, "access.ring"), 4<<20)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	access = accesslog.New(&accesslog.Options{Writer: file, Ring: ring})
	return access, func() { _, _ = access.Close(), file.Close() }, nil
}

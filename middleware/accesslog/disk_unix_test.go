//go:build unix

package accesslog_test

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

// limitFileSize makes files of this process end at n bytes, as a full disk does, until the function it returns is called.
func limitFileSize(t *testing.T, n uint64) (lift func()) {
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	now := was
	now.Cur = setRlimit(n, now.Cur)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &now); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Fatal(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	}
}

// setRlimit: the type differs between systems.
func setRlimit[T int64 | uint64](n uint64, _ T) T { return T(n) }

// The room is taken when the ring is opened: a disk that is full is found then, and nothing is left on it.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	fill := limitFileSize(t, 1<<20)
	_, err := accesslog.OpenRing(path, 2<<20)
	fill()
	if err == nil || errors.Is(err, accesslog.ErrNoRing) {
		t.Errorf("OpenRing = %v, want that there is no room", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Stat = %v, want no file left", err)
	}
}

//go:build unix

package accesslog_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

func TestRotationBySignal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f := openFile(t, path, accesslog.FileOptions{Signal: syscall.SIGHUP})
	_, _ = f.Write([]byte("1\n"))
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); len(contents(t, path)) < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no rotation")
		}
	}
	_, _ = f.Write([]byte("2\n"))
	if got := contents(t, path); got[0] != "2\n" || got[1] != "1\n" {
		t.Errorf("%q", got)
	}
}

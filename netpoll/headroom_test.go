//go:build linux && !portable

package netpoll

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// fdTable is how many numbers the kernel's table of this process holds.
func fdTable(t *testing.T) (size int64) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "FDSize:")
	fmt.Sscan(rest, &size)
	return size
}

// The table is larger than the connections need before they need it, up to the process's limit and never beyond.
func TestHeadroom(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	var h headroom
	for conns := int64(0); conns < 5000; conns += 100 {
		h.grow(conns, 1)
		if got, want := fdTable(t), min(2*conns, int64(limit.Cur)); got < want {
			t.Fatalf("room for %d fds with %d connections", got, conns)
		}
	}
	if h.size.Load() < 10000 {
		t.Errorf("believes in %d", h.size.Load())
	}
}

//go:build linux && !portable

package accesslog

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A ring's room is on the disk before anything is stored in it; a file that was only made longer has none.
func TestAllocateTakesRoom(t *testing.T) {
	const size = 1 << 20
	f, err := os.Create(filepath.Join(t.TempDir(), "ring"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := allocate(f, size); err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if room := info.Sys().(*syscall.Stat_t).Blocks * 512; info.Size() != size || room < size {
		t.Errorf("%d bytes, room for %d, want %d", info.Size(), room, size)
	}
}

//go:build linux && !portable

package accesslog

import (
	"os"
	"path/filepath"
	"testing"
)

// A store that fails, or is cut off by a SIGKILL, must not be the head yet: what lies before the head is taken for lines.
func TestHeadMovesAfterTheText(t *testing.T) {
	r, err := OpenRing(filepath.Join(t.TempDir(), "ring"), 16<<10)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m := r.bank.(*mapped)
	if err := m.put(0, []byte("first\n")); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(m.file.Name(), headerSize); err != nil {
		t.Fatal(err)
	}
	if err := m.put(6, []byte("second\n")); err == nil {
		t.Fatal("a store behind the file's end succeeded")
	}
	if head := m.word(atHead).Load(); head != 6 {
		t.Errorf("head %d, want 6", head)
	}
}

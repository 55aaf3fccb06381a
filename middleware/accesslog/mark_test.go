package accesslog_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

// A process that is killed after a write into a file that has just been rotated, before it could note that: the next one finds the lines
// there all the same, because the file was noted before the write.
func TestKilledAfterTheFirstWriteIntoARotatedFile(t *testing.T) {
	dir := t.TempDir()
	path, log := filepath.Join(dir, "ring"), filepath.Join(dir, "log")
	life := func(rounds int) accesslog.Stats {
		f := openFile(t, log, accesslog.FileOptions{})
		l := accesslog.New(&accesslog.Options{Writer: f, Ring: openRing(t, path, 1<<16)})
		for range rounds {
			if err := f.Rotate(); err != nil {
				t.Fatal(err)
			}
			serve(l, 5)
			if err := l.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = l.Close(), f.Close()
		return balanced(t, l)
	}
	life(2)
	forgetLastMark(t, path)
	if s := life(0); s.Recovered != 0 || s.Written != 0 {
		t.Errorf("%+v: lines were taken for lost", s)
	}
	if all := strings.Join(contents(t, log), ""); len(decode(t, all)) != 10 {
		t.Errorf("%d lines, want 10", len(decode(t, all)))
	}
}

// A SIGKILL can end a write anywhere. What is written next may go to another file, and no line may lie in two.
func TestKilledInTheMiddleOfAWrite(t *testing.T) {
	for cut := range 200 { // the last line has about 170 bytes
		dir := t.TempDir()
		path, log := filepath.Join(dir, "ring"), filepath.Join(dir, "log")
		life := func(o accesslog.FileOptions, lines int) {
			f := openFile(t, log, o)
			l := accesslog.New(&accesslog.Options{Writer: f, Ring: openRing(t, path, 1<<16)})
			serve(l, lines)
			_, _ = l.Close(), f.Close()
			balanced(t, l)
		}
		life(accesslog.FileOptions{}, 5)
		forgetLastMark(t, path)
		info, err := os.Stat(log)
		if err == nil {
			err = os.Truncate(log, info.Size()-int64(cut))
		}
		if err != nil {
			t.Fatal(err)
		}
		life(accesslog.FileOptions{MaxSize: 1, Keep: 9}, 1)
		n := 0
		for _, text := range contents(t, log) {
			n += len(decode(t, text)) // fails for half a line
		}
		if n != 6 {
			t.Fatalf("%d bytes cut off: %d lines, want 6", cut, n)
		}
	}
}

// forgetLastMark makes the ring what it was before the last mark: see ring.go for where marks are.
func forgetLastMark(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	one, other := b[128:128+5*8], b[192:192+5*8]
	if binary.NativeEndian.Uint64(one) < binary.NativeEndian.Uint64(other) {
		one = other
	}
	clear(one)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

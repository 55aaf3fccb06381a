package accesslog_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

func openFile(t *testing.T, path string, o accesslog.FileOptions) *accesslog.File {
	t.Helper()
	f, err := accesslog.OpenFile(path, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// contents returns the files of a log, the youngest first.
func contents(t *testing.T, path string) (out []string) {
	t.Helper()
	for _, name := range []string{path, path + ".1", path + ".2", path + ".3"} {
		if b, err := os.ReadFile(name); err == nil {
			out = append(out, string(b))
		} else if !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return out
}

// An empty file is not rotated for what is longer than any may be.
func TestLongWriteIntoAnEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f := openFile(t, path, accesslog.FileOptions{MaxSize: 10})
	const long = "a line that is longer than all\n"
	for range 2 {
		if _, err := f.Write([]byte(long)); err != nil {
			t.Fatal(err)
		}
	}
	if got := contents(t, path); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", []string{long, long}) {
		t.Errorf("files %q, want two with a line each", got)
	}
}

func TestRotationBySize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f := openFile(t, path, accesslog.FileOptions{MaxSize: 10, Keep: 2})
	for _, s := range []string{"aaaa\n", "bbbb\n", "cccc\n", "a line that is longer than all\n", "d\n", "e\n"} {
		if n, err := f.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if got := strings.Join(contents(t, path), "|"); got != "d\ne\n|a line that is longer than all\n|cccc\n" {
		t.Errorf("%q", got)
	}
	_ = f.Close()
	f = openFile(t, path, accesslog.FileOptions{MaxSize: 10, Keep: 2})
	_, _ = f.Write([]byte("1234567\n")) // the size of what was there counts
	if got := contents(t, path); len(got) != 3 || got[0] != "1234567\n" || got[1] != "d\ne\n" {
		t.Errorf("%q", got)
	}
}

func TestRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f := openFile(t, path, accesslog.FileOptions{})
	_, _ = f.Write([]byte("1\n"))
	if err := f.Rotate(); err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte("2\n"))
	if err := os.Rename(path, path+".mine"); err != nil { // as logrotate does
		t.Fatal(err)
	}
	_, _ = f.Write([]byte("still 2\n"))
	if err := f.Rotate(); err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte("3\n"))
	mine, _ := os.ReadFile(path + ".mine")
	if got := strings.Join(contents(t, path), "|"); got != "3\n|1\n" || string(mine) != "2\nstill 2\n" {
		t.Errorf("%q, renamed %q", got, mine)
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := f.Rotate(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Rotate after Close: %v", err)
	}
	if _, err := f.Write(nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Write after Close: %v", err)
	}
}

// Rotations at any moment lose no line and tear none.
func TestRotationsUnderLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f := openFile(t, path, accesslog.FileOptions{Keep: 1000})
	l := accesslog.New(&accesslog.Options{Writer: f, FlushAt: 1000})
	stop := make(chan struct{})
	var turns sync.WaitGroup
	turns.Go(func() {
		for range 200 {
			select {
			case <-stop:
				return
			default:
				if err := f.Rotate(); err != nil {
					t.Error(err)
				}
			}
		}
	})
	serve(l, 3000)
	close(stop)
	turns.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(path + "*")
	lines := 0
	for _, name := range names {
		b, _ := os.ReadFile(name)
		lines += len(decode(t, string(b)))
	}
	if s := balanced(t, l); lines != 3000 || s.Written != 3000 {
		t.Errorf("%d lines, %+v, want 3000", lines, s)
	}
}

// A directory that is gone: lines are dropped, counted and reported; when it is there again, so are the lines.
func TestRotationThatFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	_ = os.Mkdir(dir, 0o700)
	f := openFile(t, filepath.Join(dir, "log"), accesslog.FileOptions{})
	var seen []error
	l := accesslog.New(&accesslog.Options{Writer: f, OnError: func(err error) { seen = append(seen, err) }})
	flush := func(n int) {
		serve(l, n)
		if err := l.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	flush(1)
	_ = os.Rename(dir, dir+"2")
	if err := f.Rotate(); err == nil {
		t.Error("Rotate into a directory that is gone: no error")
	}
	flush(2)
	_ = os.Mkdir(dir, 0o700)
	flush(3)
	_ = l.Close()
	if s := balanced(t, l); s.Written != 4 || s.Dropped != 2 || len(seen) != 1 || len(contents(t, filepath.Join(dir, "log"))) != 1 {
		t.Errorf("%+v, errors %v, want 4 written, 2 dropped and reported", s, seen)
	}
}

// Keep may be as large as an int: who keeps all old files does not wait for a rename of each that could be.
func TestKeepAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f := openFile(t, path, accesslog.FileOptions{Keep: math.MaxInt})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 3 {
			_, _ = fmt.Fprintln(f, i)
			if err := f.Rotate(); err != nil {
				t.Error(err)
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("Rotate renames files that are not there")
	}
	if got := strings.Join(contents(t, path), "|"); got != "|2\n|1\n|0\n" {
		t.Errorf("%q", got)
	}
}

//go:build unix

package accesslog_test

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

// A FIFO that nobody reads: requests are all served, what does not fit is counted, and what was counted as written comes out when
// somebody reads at last. What then still waits is in the ring for the next process.
func TestStuckFIFO(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	l := accesslog.New(&accesslog.Options{Writer: out, Ring: openRing(t, filepath.Join(dir, "ring"), 128<<10), CloseWait: 20 * time.Second})
	served := make(chan struct{})
	go func() {
		defer close(served)
		var users sync.WaitGroup
		for range 4 {
			users.Go(func() { serve(l, 2000) })
		}
		users.Wait()
	}()
	select {
	case <-served:
	case <-time.After(20 * time.Second):
		t.Fatal("requests wait for a FIFO")
	}
	if s := balanced(t, l); s.Handed != 8000 || s.Dropped == 0 || s.Pending == 0 {
		t.Errorf("%+v, want 8000 handed over, some dropped, some waiting", s)
	}
	lines := make(chan uint64)
	in, err := os.Open(fifo)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	go func() {
		n := uint64(0)
		for sc := bufio.NewScanner(in); sc.Scan() && sc.Text() != "end"; n++ {
		}
		lines <- n
	}()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, _ = out.WriteString("end\n")
	s := balanced(t, l)
	if n := <-lines; n != s.Written || s.Pending != 0 {
		t.Errorf("%d lines came out, %+v", n, s)
	}
}

// A process that ends does not wait for a disk that is stuck: Close of the file returns too, and the file is closed by who wrote last.
func TestCloseOfAStuckFile(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	f := openFile(t, fifo, accesslog.FileOptions{Signal: syscall.SIGUSR2})
	in, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	writing := make(chan error)
	go func() {
		_, err := f.Write(make([]byte, 1<<20))
		writing <- err
	}()
	if _, err := in.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	closing := make(chan error)
	go func() { closing <- f.Close() }()
	select {
	case err := <-closing:
		if !errors.Is(err, accesslog.ErrStuck) {
			t.Errorf("Close = %v, want ErrStuck", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("Close waits for a Write that is stuck")
	}
	go func() { _, _ = io.Copy(io.Discard, in) }()
	if err := <-writing; err != nil {
		t.Errorf("the Write that was stuck: %v", err)
	}
	if _, err := f.Write([]byte("x\n")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Write after Close = %v, want ErrClosed", err)
	}
}

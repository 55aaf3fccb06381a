package accesslog_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

func openRing(t *testing.T, path string, size int) *accesslog.Ring {
	t.Helper()
	r, err := accesslog.OpenRing(path, size)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// leave makes a ring with n lines in it whose process is gone: the log never gets to write.
func leave(t *testing.T, path string, n int) {
	t.Helper()
	out := &sink{gate: make(chan struct{})}
	l := accesslog.New(&accesslog.Options{Writer: out, Ring: openRing(t, path, 1<<16), CloseWait: time.Millisecond, FlushEvery: time.Hour})
	serve(l, n)
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	close(out.gate)
	_ = l.Close()
	for l.Stats().Pending > 0 { // ErrStuck came first
		time.Sleep(time.Millisecond)
	}
	for r, err := accesslog.OpenRing(path, 0); ; r, err = accesslog.OpenRing(path, 0) {
		if err == nil {
			_ = r.Close()
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := os.WriteFile(path, was, 0o600); err != nil {
		t.Fatal(err)
	}
}

// recovered opens the ring again and returns what its log writes.
func recovered(t *testing.T, path string) (string, accesslog.Stats) {
	t.Helper()
	out := new(sink)
	l := accesslog.New(&accesslog.Options{Writer: out, Ring: openRing(t, path, 1<<16)})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return out.text(), balanced(t, l)
}

func TestLinesWaitInTheRing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	leave(t, path, 100)
	text, s := recovered(t, path)
	if lines := decode(t, text); len(lines) != 100 || s.Recovered != 100 || s.Written != 100 || s.Dropped != 0 {
		t.Errorf("%d lines, %+v, want 100", len(lines), s)
	}
	if text, s := recovered(t, path); text != "" || s.Recovered != 0 {
		t.Errorf("%q, %+v: written twice", text, s)
	}
}

// A process that is killed while it copies a line leaves part of it behind the head.
func TestTornRecordAtTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	leave(t, path, 10)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := bytes.LastIndexByte(b, '\n') + 1
	copy(b[end:], `{"time":"2026-01-01T00:00:00.0000`)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if text, s := recovered(t, path); len(decode(t, text)) != 10 || s.Dropped != 0 {
		t.Errorf("%d lines, %+v, want 10", len(decode(t, text)), s)
	}
}

// After a power cut pages may be missing, which then are zeros or what stood there before: what is whole is written, the rest is counted.
func TestDamagedLines(t *testing.T) {
	for _, damage := range []byte{0, 1} {
		path := filepath.Join(t.TempDir(), "ring")
		leave(t, path, 100)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		from := 4096 + bytes.IndexByte(b[4096:], '\n') + 20 // in the second line
		last := bytes.LastIndexByte(b, '\n')
		for _, part := range [][]byte{b[from : from+bytes.IndexByte(b[from:], '\n')], b[last-20 : last+1]} {
			copy(part, bytes.Repeat([]byte{damage}, len(part)))
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		text, s := recovered(t, path)
		if len(decode(t, text)) != 98 || s.Recovered != 99 || s.Written != 98 || s.Dropped != 1 {
			t.Errorf("%d lines, %+v, want 98: the last has no end any more, one is damaged", len(decode(t, text)), s)
		}
	}
}

// Lines go over the ring's end again and again, in pieces.
func TestRingWraps(t *testing.T) {
	out := new(sink)
	l := accesslog.New(&accesslog.Options{Writer: out, Ring: openRing(t, filepath.Join(t.TempDir(), "ring"), 1), FlushAt: 1000})
	for range 200 {
		serve(l, 10)
		if err := l.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_ = l.Close()
	if s := balanced(t, l); s.Written != 2000 || len(decode(t, out.text())) != 2000 || len(out.text()) < 20*4096 {
		t.Errorf("%+v, want 2000 written", s)
	}
}

// A ring that keeps up goes back to its beginning, and a process that dies before the next line, or behind it, loses and doubles none.
func TestRingGoesBack(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ring")
	l := accesslog.New(&accesslog.Options{Writer: new(sink), Ring: openRing(t, path, 1<<16), FlushEvery: time.Hour})
	defer l.Close()
	for range 3 {
		for range 2 {
			serve(l, 80) // of 175 bytes: less than a quarter of the ring, which would be written at once
			if err := l.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		rewound(t, l)
		for _, more := range []int{0, 3} {
			serve(l, more)
			b, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, "dead"), b, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			text, s := recovered(t, filepath.Join(dir, "dead"))
			if len(decode(t, text)) != more || s.Recovered != uint64(more) {
				t.Errorf("%d lines came back, %+v, want %d", len(decode(t, text)), s, more)
			}
			text, _ = recovered(t, filepath.Join(dir, "dead")) // and once only
			if text != "" {
				t.Errorf("%q came back twice", text)
			}
		}
	}
}

// A full ring that lies over its end comes back whole.
func TestWrappedRingComesBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	out := &sink{gate: make(chan struct{}, 1)}
	out.gate <- struct{}{} // one write passes
	l := accesslog.New(&accesslog.Options{Writer: out, Ring: openRing(t, path, 8<<10), CloseWait: time.Millisecond, FlushEvery: time.Hour})
	serve(l, 10) // fewer than FlushAt, a quarter of the ring: one write
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	serve(l, 100)
	before := balanced(t, l)
	copied := filepath.Join(t.TempDir(), "copy")
	b, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(copied, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, s := recovered(t, copied)
	if before.Dropped == 0 || s.Recovered != uint64(before.Pending) || len(decode(t, text)) != before.Pending {
		t.Errorf("%d lines, %+v, had %+v", len(decode(t, text)), s, before)
	}
	close(out.gate)
	_ = l.Close()
}

func TestOneOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	r := openRing(t, path, 0)
	if _, err := accesslog.OpenRing(path, 0); !errors.Is(err, accesslog.ErrRingInUse) || !strings.Contains(err.Error(), path) {
		t.Fatalf("second owner: %v, want ErrRingInUse and which file", err)
	}
	l := accesslog.New(&accesslog.Options{Writer: io.Discard, Ring: r})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a ring for two logs: no panic")
			}
		}()
		accesslog.New(&accesslog.Options{Writer: io.Discard, Ring: r})
	}()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := accesslog.OpenRing(path, 0); !errors.Is(err, accesslog.ErrRingInUse) {
		t.Fatalf("Ring.Close took it from the log: %v", err)
	}
	_ = l.Close()
	if err := openRing(t, path, 0).Close(); err != nil {
		t.Error(err)
	}
}

func TestForeignAndCutFilesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	leave(t, path, 10)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(b)
	copy(bad[64:], "\xff\xff\xff\xff\xff") // the head far beyond the tail
	tail := bytes.Clone(b)
	binary.NativeEndian.PutUint64(tail[64:], 99)
	binary.NativeEndian.PutUint64(tail[128:], 9) // a mark, whose tail is behind the head and not at the ring's beginning
	binary.NativeEndian.PutUint64(tail[128+8:], 100)
	lap := bytes.Clone(tail)
	binary.NativeEndian.PutUint64(lap[128+8:], 2<<16) // at its beginning, and more than a ring away
	for name, content := range map[string][]byte{
		"foreign": []byte("my letters"), "cut": b[:len(b)-1], "header alone": b[:4096], "head": bad, "tail": tail, "lap": lap,
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := accesslog.OpenRing(path, 0); !errors.Is(err, accesslog.ErrNoRing) {
			t.Errorf("%s: %v, want ErrNoRing", name, err)
		}
		if got, _ := os.ReadFile(path); !bytes.Equal(got, content) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestRingSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	leave(t, path, 10) // of 64 KiB
	size := func(want int64) {
		t.Helper()
		if info, err := os.Stat(path); err != nil || info.Size() != want+4096 {
			t.Errorf("%v, %v, want %d", info.Size(), err, want)
		}
	}
	r := openRing(t, path, 1<<20)
	if r.Waiting() < 1000 {
		t.Errorf("%d bytes wait, want ten lines", r.Waiting())
	}
	_ = r.Close()
	size(1 << 16) // it holds lines
	recovered(t, path)
	_ = openRing(t, path, 1<<20).Close()
	size(1 << 20)
}

// Somebody truncates the file under the mapping, where a store would be a SIGBUS: the log goes on in memory, and what was lost
// is counted.
func TestRingTruncatedUnderTheLog(t *testing.T) {
	for _, reading := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "ring")
		out := new(sink)
		var fault atomic.Pointer[error]
		l := accesslog.New(&accesslog.Options{
			Writer: out, Ring: openRing(t, path, 1<<20), FlushEvery: time.Hour,
			OnError: func(err error) { fault.CompareAndSwap(nil, &err) },
		})
		serve(l, 100)
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		if !reading { // the request's goroutine meets the fault; else the one that writes
			serve(l, 100)
		}
		if err := l.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		serve(l, 100)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		s := balanced(t, l)
		lines := strings.Count(out.text(), "\n")
		if s.Pending != 0 || uint64(lines) != s.Written || s.Written < 100 || s.Dropped > 200 {
			t.Errorf("reading %t: %d lines, %+v", reading, lines, s)
		}
		if mapping && (s.Dropped != 100 || fault.Load() == nil) {
			t.Errorf("reading %t: %+v, fault %v, want 100 dropped and a report", reading, s, fault.Load())
		}
		decode(t, out.text())
	}
}

// What is being written while the ring's file goes is not lost, and counts once.
func TestRingTruncatedUnderAWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	out, entered := &sink{gate: make(chan struct{})}, make(chan struct{}, 2)
	l := accesslog.New(&accesslog.Options{
		Writer: writer(func(p []byte) (int, error) { entered <- struct{}{}; return out.Write(p) }), Ring: openRing(t, path, 1<<20), FlushEvery: time.Millisecond,
	})
	serve(l, 1)
	<-entered
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	serve(l, 1)
	if s := balanced(t, l); s.Dropped != 0 || s.Pending != 2 {
		t.Errorf("%+v during the write, want two lines pending", s)
	}
	close(out.gate)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if s := balanced(t, l); s.Written != 2 || s.Pending != 0 || len(decode(t, out.text())) != 2 {
		t.Errorf("%+v and %q, want both lines written", s, out.text())
	}
}

// What the process before had written of a batch is room for the next one, also if that one dies before it writes anything.
func TestRoomOfWhatWasWrittenBefore(t *testing.T) {
	dir := t.TempDir()
	path, log := filepath.Join(dir, "ring"), filepath.Join(dir, "log")
	life := func() (*accesslog.Log, *accesslog.File) {
		f := openFile(t, log, accesslog.FileOptions{})
		return accesslog.New(&accesslog.Options{Writer: f, Ring: openRing(t, path, 16<<10)}), f
	}
	snapshot := func() []byte {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	put := func(b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, f := life()
	serve(l, 1) // so that the mark knows the file
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	release := accesslog.Hold(f)
	serve(l, 40)
	killed := snapshot()
	release()
	_, _ = l.Close(), f.Close() // all 41 lines are in the file
	put(killed)                 // killed between the write and the mark

	l, f = life() // does not write one, and fills the ring
	release = accesslog.Hold(f)
	serve(l, 200)
	killed = snapshot()
	waiting := l.Stats().Pending
	release()
	_, _ = l.Close(), f.Close()
	put(killed)
	if err := os.Truncate(log, 0); err != nil {
		t.Fatal(err)
	}
	text, s := recovered(t, path)
	if s.Recovered != uint64(waiting) || len(decode(t, text)) != waiting || waiting < 80 {
		t.Errorf("%+v, want the %d that waited", s, waiting)
	}
}

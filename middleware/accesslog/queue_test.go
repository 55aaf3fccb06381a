package accesslog_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

func TestFlushLosesNothing(t *testing.T) {
	out := new(sink)
	l := accesslog.New(&accesslog.Options{Writer: out, FlushEvery: time.Hour, FlushAt: 1 << 19})
	defer l.Close()
	for i := 1; i <= 20; i++ {
		serve(l, 10)
		if err := l.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(decode(t, out.text())); got != 10*i {
			t.Fatalf("%d lines after Flush, want %d", got, 10*i)
		}
	}
	if s := balanced(t, l); s.Written != 200 || s.Dropped != 0 || s.Pending != 0 {
		t.Errorf("%+v, want 200 written", s)
	}
}

func TestLinesAreWrittenAfterFlushEvery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out, FlushEvery: time.Second})
		defer l.Close()
		for range 3 {
			before := out.text()
			serve(l, 2)
			time.Sleep(999 * time.Millisecond)
			synctest.Wait()
			if out.text() != before {
				t.Error("written before FlushEvery")
			}
			time.Sleep(time.Millisecond)
			synctest.Wait()
			if strings.Count(out.text(), "\n") != strings.Count(before, "\n")+2 {
				t.Error("not written after FlushEvery")
			}
			time.Sleep(time.Hour) // idle: the next line still gets its own full interval
		}
	})
}

func TestLinesAreWrittenAtFlushAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out, FlushEvery: time.Hour, FlushAt: 1000})
		defer l.Close()
		for range 3 { // not only the first time
			before := len(out.text())
			serve(l, 10)
			synctest.Wait()
			if len(out.text()) < before+1000 {
				t.Errorf("%d bytes written of ten lines, want FlushAt at least", len(out.text())-before)
			}
			time.Sleep(2 * time.Hour)
		}
	})
}

// A log that keeps up uses the beginning of its memory again and again, whatever its size.
func TestMemoryIsUsedAgain(t *testing.T) {
	l := accesslog.New(&accesslog.Options{Writer: new(sink), Buffer: 3 << 10})
	defer l.Close()
	for range 20 {
		serve(l, 5)
		if err := l.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		rewound(t, l)
	}
	if s := balanced(t, l); s.Written != 100 {
		t.Errorf("%+v, want 100 written", s)
	}
}

// rewound waits until the next line goes to the beginning: a line is settled a moment before the log looks whether others wait.
func rewound(t *testing.T, l *accesslog.Log) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); accesslog.Head(l) != 0; time.Sleep(100 * time.Microsecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the next line goes to %d", accesslog.Head(l))
		}
	}
}

// A disk that hangs: the requests go on, and what does not fit is counted.
func TestStuckWriterNeverBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &sink{gate: make(chan struct{})}
		l := accesslog.New(&accesslog.Options{Writer: out, Buffer: 4096, CloseWait: time.Minute})
		start := time.Now()
		serve(l, 10)
		time.Sleep(time.Second)
		synctest.Wait() // the lines are inside Write now
		serve(l, 990)
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("requests waited %v for the writer", waited-time.Second)
		}
		s := balanced(t, l)
		if s.Handed != 1000 || s.Written != 0 || s.Dropped == 0 || s.Pending == 0 || s.Pending > 4096/100 {
			t.Errorf("%+v", s)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Flush = %v, want deadline exceeded", err)
		}
		if err := l.Close(); !errors.Is(err, accesslog.ErrStuck) || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Close = %v, want ErrStuck", err)
		}
		close(out.gate)
		synctest.Wait()
		if after := balanced(t, l); after.Written != uint64(s.Pending) || after.Dropped != s.Dropped || after.Pending != 0 {
			t.Errorf("%+v after the writer came back, had %+v", after, s)
		}
		if got := len(decode(t, out.text())); got != s.Pending || len(out.text()) > 4096 {
			t.Errorf("%d lines, want the %d that were pending, in 4096 bytes", got, s.Pending)
		}
	})
}

func TestFailingWriter(t *testing.T) {
	full := errors.New("disk full")
	calls, seen := 0, []error(nil)
	out := &sink{}
	out.fail = func(p []byte) (int, error) {
		if calls++; calls == 1 {
			return 250, full // one line whole and a torn one
		}
		return 0, nil
	}
	l := accesslog.New(&accesslog.Options{Writer: out, FlushEvery: time.Hour, OnError: func(err error) { seen = append(seen, err) }})
	serve(l, 5)
	_ = l.Flush(t.Context())
	serve(l, 5)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := balanced(t, l)
	if s.Written != 6 || s.Dropped != 4 || len(seen) != 1 || !errors.Is(seen[0], full) {
		t.Errorf("%+v, errors %v, want 6 written, 4 dropped, one error", s, seen)
	}
	lines := strings.Split(strings.TrimSuffix(out.text(), "\n"), "\n")
	if len(lines) != 7 {
		t.Fatalf("%d lines, want 6 and a torn one", len(lines))
	}
	decode(t, strings.Join(append(lines[:1:1], lines[2:]...), "\n"))
}

// A writer that does not keep io.Writer's contract loses its lines, and nothing else.
func TestWriterThatBreaksItsContract(t *testing.T) {
	for name, tt := range map[string]struct {
		n    func(p []byte) int
		want error
	}{
		"short without an error": {func(p []byte) int { return len(p) - 1 }, io.ErrShortWrite},
		"less than nothing":      {func([]byte) int { return -1 }, io.ErrShortWrite},
		"more than all":          {func(p []byte) int { return len(p) + 1 }, nil},
	} {
		var seen []error
		l := accesslog.New(&accesslog.Options{
			Writer: writer(func(p []byte) (int, error) { return tt.n(p), nil }), FlushEvery: time.Hour, OnError: func(err error) { seen = append(seen, err) },
		})
		serve(l, 1)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		s := balanced(t, l)
		if err := errors.Join(seen...); !errors.Is(err, tt.want) || s.Pending != 0 || (s.Written == 1) != (tt.want == nil) {
			t.Errorf("%s: %+v, %v, want %v", name, s, err, tt.want)
		}
	}
}

// The buffer takes what it is long, to the last byte.
func TestLineAsLongAsTheBuffer(t *testing.T) {
	const line = `{"level":"INFO","msg":"0123456789"}` + "\n"
	for spare, want := range map[int]string{0: line, -1: ""} {
		out := new(sink)
		l := accesslog.New(&accesslog.Options{Writer: out, Buffer: len(line) + spare})
		slog.New(l.Handler(&slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})).Info("0123456789")
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if s := balanced(t, l); out.text() != want || s.Written+s.Dropped != 1 {
			t.Errorf("%d bytes of room: %q, %+v, want %q", len(line)+spare, out.text(), s, want)
		}
	}
}

func TestConcurrentUseAndClose(t *testing.T) {
	out := new(sink)
	l := accesslog.New(&accesslog.Options{Writer: out, Buffer: 1 << 14, FlushEvery: time.Millisecond})
	var users sync.WaitGroup
	for range 4 {
		users.Go(func() { serve(l, 500) })
		users.Go(func() {
			for l.Flush(t.Context()) == nil {
				balanced(t, l)
			}
		})
	}
	serve(l, 200)
	for range 4 {
		users.Go(func() {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	users.Wait()
	s := balanced(t, l)
	if s.Handed != 2200 || s.Pending != 0 || uint64(len(decode(t, out.text()))) != s.Written {
		t.Errorf("%+v, %d lines", s, len(decode(t, out.text())))
	}
	if err := l.Flush(t.Context()); !errors.Is(err, accesslog.ErrClosed) || !errors.Is(err, os.ErrClosed) {
		t.Errorf("Flush after Close = %v, want ErrClosed", err)
	}
}

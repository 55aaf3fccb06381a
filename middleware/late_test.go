package middleware

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// everyUse calls each method there is and returns the errors, nil for a method that has none.
var everyUse = map[string]func(http.ResponseWriter) error{
	"Header":           func(w http.ResponseWriter) error { w.Header().Set("Late", "1"); return ErrHandlerDone },
	"Write":            func(w http.ResponseWriter) error { _, err := w.Write([]byte("late")); return err },
	"WriteHeader":      func(w http.ResponseWriter) error { w.WriteHeader(500); return ErrHandlerDone },
	"Flush":            func(w http.ResponseWriter) error { w.(http.Flusher).Flush(); return ErrHandlerDone },
	"FlushError":       func(w http.ResponseWriter) error { return w.(flushErrorer).FlushError() },
	"Hijack":           func(w http.ResponseWriter) error { _, _, err := w.(http.Hijacker).Hijack(); return err },
	"Push":             func(w http.ResponseWriter) error { return w.(http.Pusher).Push("/", nil) },
	"WriteString":      func(w http.ResponseWriter) error { _, err := io.WriteString(w, "late"); return err },
	"SetReadDeadline":  func(w http.ResponseWriter) error { return w.(readDeadliner).SetReadDeadline(time.Time{}) },
	"SetWriteDeadline": func(w http.ResponseWriter) error { return w.(writeDeadliner).SetWriteDeadline(time.Time{}) },
	"EnableFullDuplex": func(w http.ResponseWriter) error { return w.(fullDuplexer).EnableFullDuplex() },
	"Unwrap": func(w http.ResponseWriter) error {
		u := w.(unwrapper).Unwrap()
		u.Header().Set("Late", "1")
		u.WriteHeader(500)
		_, err := u.Write(nil)
		return err
	},
	"ReadFrom": func(w http.ResponseWriter) error {
		_, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("late"))
		return err
	},
	"CloseNotify": func(w http.ResponseWriter) error {
		if _, open := <-w.(closeNotifier).CloseNotify(); open {
			return nil
		}
		return ErrHandlerDone
	},
}

// refused runs f and reports whether late use was refused as this build does it.
func refused(f func() error) (ok bool) {
	defer func() {
		if v := recover(); v != nil {
			text, _ := v.(string)
			ok = strict && strings.Contains(text, "before you return, or give it a copy")
		}
	}()
	err := f()
	return !strict && errors.Is(err, ErrHandlerDone)
}

func TestKeptWriterIsRefused(t *testing.T) {
	if len(everyUse) != len(innerMethods)+4 {
		t.Fatalf("%d uses, want one for each method", len(everyUse))
	}
	for name, do := range everyUse {
		base := newInner()
		kept, r, _ := Wrap(innerWith(allMethods, base))
		r.End()
		// Later requests through the same pool: none of them may be reached.
		var later []*Record
		for range 3 * slabSize {
			_, next, _ := Wrap(innerWith(allMethods, base))
			later = append(later, next)
		}
		if !refused(func() error { return do(kept) }) {
			t.Errorf("%s was not refused", name)
		}
		if len(*base.calls) != 0 || len(base.header) != 0 || r.Bytes() != 0 || r.Status() != 0 {
			t.Errorf("%s had an effect: calls %v, header %v", name, *base.calls, base.header)
		}
		if slices.ContainsFunc(later, func(r *Record) bool { return r.Began() || r.Bytes() != 0 }) {
			t.Errorf("%s reached a later request", name)
		}
	}
}

func TestRecordOfAFinishedRequestStays(t *testing.T) {
	w, r, _ := Wrap(newInner())
	r.SetRequestID("mine")
	w.WriteHeader(404)
	r.End()
	for range 3 * slabSize {
		next, n, _ := Wrap(newInner())
		n.SetRequestID("other")
		next.WriteHeader(200)
		n.End()
	}
	if r.Status() != 404 || r.RequestID() != "mine" {
		t.Errorf("status %d, id %q, want 404, mine", r.Status(), r.RequestID())
	}
}

// counted counts bytes for one request and accepts concurrent writers, as a bare test double of a server.
type counted struct{ bytes *atomic.Int64 }

func (counted) Header() http.Header { return http.Header{} }
func (counted) WriteHeader(int)     {}
func (c counted) Write(p []byte) (int, error) {
	c.bytes.Add(int64(len(p)))
	return len(p), nil
}

// The goroutine that outlives its request: it goes on writing while the handler returns and while the pool serves others.
// Each response must hold exactly what its own record says, and nothing from outside.
func TestGoroutineThatOutlivesItsRequest(t *testing.T) {
	var stragglers sync.WaitGroup
	for range 200 {
		own := counted{new(atomic.Int64)}
		w, r, _ := Wrap(own)
		started := make(chan struct{})
		stragglers.Go(func() {
			close(started)
			for !refused(func() error { _, err := w.Write([]byte("straggler")); return err }) {
			}
		})
		<-started
		r.End()
		quiet := counted{new(atomic.Int64)}
		next, n, _ := Wrap(quiet)
		_, _ = next.Write([]byte("ok"))
		n.End()
		if quiet.bytes.Load() != 2 || n.Bytes() != 2 {
			t.Fatalf("the next response has %d bytes, its record %d, want 2", quiet.bytes.Load(), n.Bytes())
		}
	}
	stragglers.Wait()
}

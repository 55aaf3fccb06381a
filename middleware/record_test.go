package middleware

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const allMethods = 1<<10 - 1

func TestStatusAndBytes(t *testing.T) {
	tests := []struct {
		name   string
		do     func(w http.ResponseWriter)
		status int
		bytes  int64
		began  bool
	}{
		{"nothing", func(http.ResponseWriter) {}, 0, 0, false},
		{"header map only", func(w http.ResponseWriter) { w.Header().Set("A", "b") }, 0, 0, false},
		{"WriteHeader", func(w http.ResponseWriter) { w.WriteHeader(404) }, 404, 0, true},
		{"the first wins", func(w http.ResponseWriter) { w.WriteHeader(404); w.WriteHeader(200) }, 404, 0, true},
		{"early hints are not final", func(w http.ResponseWriter) { w.WriteHeader(103) }, 0, 0, false},
		{"early hints, then final", func(w http.ResponseWriter) { w.WriteHeader(103); w.WriteHeader(201) }, 201, 0, true},
		{"switching protocols is final", func(w http.ResponseWriter) { w.WriteHeader(101); w.WriteHeader(200) }, 101, 0, true},
		{"Write", func(w http.ResponseWriter) { _, _ = w.Write([]byte("ab")); w.WriteHeader(500) }, 200, 2, true},
		{"empty Write", func(w http.ResponseWriter) { _, _ = w.Write(nil) }, 200, 0, true},
		{"WriteString", func(w http.ResponseWriter) { _, _ = io.WriteString(w, "abc") }, 200, 3, true},
		{"ReadFrom", func(w http.ResponseWriter) { _, _ = w.(io.ReaderFrom).ReadFrom(strings.NewReader("abcd")) }, 200, 4, true},
		{"empty ReadFrom", func(w http.ResponseWriter) { _, _ = w.(io.ReaderFrom).ReadFrom(strings.NewReader("")) }, 0, 0, false},
		{"Flush", func(w http.ResponseWriter) { w.(http.Flusher).Flush() }, 200, 0, true},
		{"FlushError", func(w http.ResponseWriter) { _ = w.(flushErrorer).FlushError() }, 200, 0, true},
		{"Unwrap", func(w http.ResponseWriter) { w.(unwrapper).Unwrap() }, 0, 0, true},
		{"Hijack", func(w http.ResponseWriter) { _, _, _ = w.(http.Hijacker).Hijack() }, 0, 0, true},
		{"Write after Hijack", func(w http.ResponseWriter) { _, _, _ = w.(http.Hijacker).Hijack(); _, _ = w.Write(nil) }, 0, 0, true},
		{"invalid code", func(w http.ResponseWriter) { defer func() { _ = recover() }(); w.WriteHeader(0) }, 0, 0, false},
		{"source that panics", func(w http.ResponseWriter) {
			defer func() { _ = recover() }()
			_, _ = w.(io.ReaderFrom).ReadFrom(panicky{})
		}, 0, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, r, _ := Wrap(innerWith(allMethods, newInner()))
			tt.do(w)
			if r.Status() != tt.status || r.Bytes() != tt.bytes || r.Began() != tt.began {
				t.Errorf("status %d, bytes %d, began %t, want %d, %d, %t", r.Status(), r.Bytes(), r.Began(), tt.status, tt.bytes, tt.began)
			}
		})
	}
}

type panicky struct{}

func (panicky) Read([]byte) (int, error) { panic("half way") }

// shortWriter takes less than it is given: the count must be what arrived.
type shortWriter struct{ inner }

func (w shortWriter) Write(p []byte) (int, error) { return len(p) / 2, io.ErrShortWrite }

func TestBytesAreThoseThatArrived(t *testing.T) {
	w, r, _ := Wrap(shortWriter{newInner()})
	if n, err := w.Write(make([]byte, 10)); n != 5 || err != io.ErrShortWrite || r.Bytes() != 5 {
		t.Errorf("Write = %d, %v, Bytes = %d, want 5, short write, 5", n, err, r.Bytes())
	}
}

func TestFirstByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, write := range map[string]func(http.ResponseWriter){
			"Write":       func(w http.ResponseWriter) { _, _ = w.Write(nil) },
			"WriteHeader": func(w http.ResponseWriter) { w.WriteHeader(204) },
			"ReadFrom":    func(w http.ResponseWriter) { _, _ = w.(io.ReaderFrom).ReadFrom(&slowReader{left: 3}) },
		} {
			w, r, _ := Wrap(innerWith(allMethods, newInner()))
			r.TimeFirstByte()
			time.Sleep(time.Second)
			w.WriteHeader(103)
			if got := r.FirstByte(); got != 0 {
				t.Errorf("%s: FirstByte = %v before there was one, want 0", name, got)
			}
			r.TimeFirstByte() // an inner piece asks too: the clock is not set back
			write(w)
			time.Sleep(time.Second)
			_, _ = w.Write(nil)
			if got := r.FirstByte(); got != time.Second {
				t.Errorf("%s: FirstByte = %v, want 1s", name, got)
			}
		}
	})
}

type slowReader struct{ left int }

func (s *slowReader) Read(p []byte) (int, error) {
	if s.left--; s.left < 0 {
		return 0, io.EOF
	}
	time.Sleep(time.Second)
	return copy(p, "x"), nil
}

type foreign struct{ http.ResponseWriter }

func (f foreign) Unwrap() http.ResponseWriter { return f.ResponseWriter }

func TestOneWrapServesTheStack(t *testing.T) {
	w, r, owner := Wrap(newInner())
	again, same, second := Wrap(w)
	if !owner || second || again != w || same != r {
		t.Errorf("owner %t, second owner %t, same writer %t, same record %t, want true, false, true, true", owner, second, again == w, same == r)
	}
}

func TestForeignWriterBetween(t *testing.T) {
	base := newInner()
	w, outer, _ := Wrap(base)
	outer.SetRequestID("early")
	in, inside, owner := Wrap(foreign{w})
	if !owner || inside == outer || inside.RequestID() != "early" {
		t.Fatalf("owner %t, own record %t, id %q, want true, true, early", owner, inside != outer, inside.RequestID())
	}
	if RecordOf(foreign{in}) != inside || RecordOf(base) != nil || RecordOf(nil) != nil {
		t.Error("RecordOf does not find the nearest record")
	}
	inside.SetRequestID("late")
	if got := outer.RequestID(); got != "late" {
		t.Errorf("the outer record has id %q, want late", got)
	}
	_, _ = in.Write([]byte("abc"))
	if outer.Bytes() != 3 || inside.Bytes() != 3 || !slices.Equal(*base.calls, []string{"Write"}) || outer.flags&unwrapped != 0 {
		t.Errorf("bytes %d and %d, calls %v, flags %b", outer.Bytes(), inside.Bytes(), *base.calls, outer.flags)
	}
}

func TestWrapOfNilPanics(t *testing.T) {
	defer func() {
		if v, _ := recover().(string); !strings.Contains(v, "pass the http.ResponseWriter") {
			t.Errorf("panic %q does not name the cure", v)
		}
	}()
	Wrap(nil)
}

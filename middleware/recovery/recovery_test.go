package recovery_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/recovery"
)

var body []int // empty: indexing it is a runtime error

// run serves one request and returns the answer and what panic came out.
func run(o recovery.Options, h http.HandlerFunc) (w *httptest.ResponseRecorder, out any) {
	w = httptest.NewRecorder()
	defer func() { out = recover() }()
	recovery.New(&o)(h).ServeHTTP(w, httptest.NewRequest("GET", "/p", nil))
	return w, nil
}

func TestPanics(t *testing.T) {
	tests := []struct {
		name   string
		do     func(w http.ResponseWriter)
		status int
		out    any
	}{
		{"no panic", func(w http.ResponseWriter) { w.WriteHeader(204) }, 204, nil},
		{"string", func(http.ResponseWriter) { panic("boom") }, 500, nil},
		{"nil", func(http.ResponseWriter) { panic(nil) }, 500, nil},
		{"uncomparable", func(http.ResponseWriter) { panic([]int{1}) }, 500, nil},
		{"runtime error", func(w http.ResponseWriter) { _ = body[len(w.Header())] }, 500, nil},
		{"abort", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, 200, http.ErrAbortHandler},
		{"wrapped abort is an ordinary panic", func(http.ResponseWriter) { panic(fmt.Errorf("x: %w", http.ErrAbortHandler)) }, 500, nil},
		{"after WriteHeader", func(w http.ResponseWriter) { w.WriteHeader(201); panic("boom") }, 201, http.ErrAbortHandler},
		{"after Flush", func(w http.ResponseWriter) { w.(http.Flusher).Flush(); panic("boom") }, 200, http.ErrAbortHandler},
		{"after the inner writer was taken", func(w http.ResponseWriter) {
			w.(interface{ Unwrap() http.ResponseWriter }).Unwrap().WriteHeader(202)
			panic("boom")
		}, 202, http.ErrAbortHandler},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, out := run(recovery.Options{}, func(w http.ResponseWriter, r *http.Request) { tt.do(w) })
			if w.Code != tt.status || out != tt.out {
				t.Errorf("status %d, panic %v, want %d, %v", w.Code, out, tt.status, tt.out)
			}
			if body := w.Body.String(); (body != "") != (tt.status == 500) || strings.Contains(body, "boom") {
				t.Errorf("body %q", body)
			}
		})
	}
}

// seen is what a piece further out finds.
type seen struct {
	returned bool
	status   int
	panicked any
}

func (s *seen) Enter(*middleware.Exchange) bool { return true }
func (s *seen) Leave(x *middleware.Exchange)    { *s = seen{x.Returned, x.Status(), x.Panic} }

// For the pieces further out a panic that was answered is an answer, and one that was not is still a panic.
func TestWhatPiecesOutsideSee(t *testing.T) {
	for name, tt := range map[string]struct {
		do   func(w http.ResponseWriter)
		want seen
	}{
		"answered": {func(http.ResponseWriter) { panic("boom") }, seen{true, 500, nil}},
		"begun":    {func(w http.ResponseWriter) { w.WriteHeader(201); panic("boom") }, seen{false, 201, http.ErrAbortHandler}},
	} {
		var got seen
		func() {
			defer func() { _ = recover() }()
			middleware.Stack{&got, recovery.Piece(nil)}.Then(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { tt.do(w) })).
				ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
		}()
		if got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestProblemDocument(t *testing.T) {
	w, _ := run(recovery.Options{}, func(w http.ResponseWriter, r *http.Request) {
		middleware.RecordOf(w).SetRequestID("a\"\n\xff")
		for name, v := range map[string]string{"Content-Length": "7", "Content-Encoding": "gzip", "ETag": `"x"`, "Vary": "Origin"} {
			w.Header().Set(name, v)
		}
		panic("boom")
	})
	var p struct {
		Type, Title string
		Status      int
		RequestID   string `json:"request_id"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if p.Type != "about:blank" || p.Title != "Internal Server Error" || p.Status != 500 || p.RequestID != "a\"\n\ufffd" {
		t.Errorf("problem %+v", p)
	}
	h := w.Header()
	if h.Get("Content-Length")+h.Get("Content-Encoding")+h.Get("Etag") != "" || h.Get("Vary") != "Origin" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("header %v: what described the lost body must go, the rest must stay", h)
	}
}

func TestReport(t *testing.T) {
	var text bytes.Buffer
	var value any
	boom := errors.New("boom")
	o := recovery.Options{
		Logger:  slog.New(slog.NewJSONHandler(&text, nil)),
		OnPanic: func(r *http.Request, v any, stack []byte) { value = v },
	}
	_, _ = run(o, func(http.ResponseWriter, *http.Request) { panic(boom) })
	if log := text.String(); value != boom || !strings.Contains(log, "TestReport") || !strings.Contains(log, `"path":"/p"`) {
		t.Errorf("value %v, log %s", value, log)
	}
	value, text = nil, bytes.Buffer{}
	_, _ = run(o, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if value != nil || text.Len() != 0 {
		t.Errorf("an abort was reported: %v, %s", value, text.String())
	}
}

// The answer is written first: a hook that panics must not cost the client its 500.
func TestHookThatPanics(t *testing.T) {
	w, out := run(recovery.Options{OnPanic: func(*http.Request, any, []byte) { panic("hook") }},
		func(http.ResponseWriter, *http.Request) { panic("boom") })
	if w.Code != 500 || out != "hook" {
		t.Errorf("status %d, panic %v, want 500, hook", w.Code, out)
	}
}

func TestPanicClosesTheWriter(t *testing.T) {
	var kept *middleware.Record
	w := httptest.NewRecorder()
	var late http.ResponseWriter
	recovery.New(nil)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kept, late = middleware.RecordOf(w), w
		panic("boom")
	})).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	before := w.Body.Len()
	func() {
		defer func() { _ = recover() }() // the strict builds panic
		_, _ = late.Write([]byte("late"))
	}()
	if w.Body.Len() != before || kept.Status() != 500 {
		t.Errorf("late write reached the response; status %d", kept.Status())
	}
}

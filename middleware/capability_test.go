package middleware

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"
)

// optional says how each optional method is asserted and called.
var optional = map[string]func(http.ResponseWriter) bool{
	"Flush":            use(func(w http.Flusher) { w.Flush() }),
	"FlushError":       use(func(w flushErrorer) { _ = w.FlushError() }),
	"Hijack":           use(func(w http.Hijacker) { _, _, _ = w.Hijack() }),
	"ReadFrom":         use(func(w io.ReaderFrom) { _, _ = w.ReadFrom(strings.NewReader("abc")) }),
	"Push":             use(func(w http.Pusher) { _ = w.Push("/", nil) }),
	"WriteString":      use(func(w io.StringWriter) { _, _ = w.WriteString("abc") }),
	"CloseNotify":      use(func(w closeNotifier) { w.CloseNotify() }),
	"EnableFullDuplex": use(func(w fullDuplexer) { _ = w.EnableFullDuplex() }),
	"SetReadDeadline":  use(func(w readDeadliner) { _ = w.SetReadDeadline(time.Time{}) }),
	"SetWriteDeadline": use(func(w writeDeadliner) { _ = w.SetWriteDeadline(time.Time{}) }),
}

func use[I any](call func(I)) func(http.ResponseWriter) bool {
	return func(w http.ResponseWriter) bool {
		i, ok := w.(I)
		if ok {
			call(i)
		}
		return ok
	}
}

func TestWrapperHidesAndInventsNothing(t *testing.T) {
	if len(innerMethods) != 10 || len(optional) != 10 {
		t.Fatalf("%d methods, %d checks, want 10 each", len(innerMethods), len(optional))
	}
	for mask := range 1 << len(innerMethods) {
		for i, name := range innerMethods {
			base := newInner()
			w, r, _ := Wrap(innerWith(mask, base))
			want := mask&(1<<i) != 0
			if name == "SetReadDeadline" || name == "SetWriteDeadline" {
				want = mask>>8 == 3 // the pair; half a pair is TestResponseControllerSeesTheSame's
			}
			if got := optional[name](w); got != want {
				t.Fatalf("inner %010b: wrapper has %s: %t, want %t", mask, name, got, want)
			}
			if want && !slices.Equal(*base.calls, []string{name}) {
				t.Fatalf("inner %010b: %s reached %v", mask, name, *base.calls)
			}
			r.End()
		}
	}
}

func TestResponseControllerSeesTheSame(t *testing.T) {
	methods := map[string]func(*http.ResponseController) error{
		"flush":       func(c *http.ResponseController) error { return c.Flush() },
		"hijack":      func(c *http.ResponseController) error { _, _, err := c.Hijack(); return err },
		"read":        func(c *http.ResponseController) error { return c.SetReadDeadline(time.Time{}) },
		"write":       func(c *http.ResponseController) error { return c.SetWriteDeadline(time.Time{}) },
		"full duplex": func(c *http.ResponseController) error { return c.EnableFullDuplex() },
	}
	for mask := range 1 << len(innerMethods) {
		for name, call := range methods {
			bare, wrapped := newInner(), newInner()
			w, _, _ := Wrap(innerWith(mask, wrapped))
			want, got := call(http.NewResponseController(innerWith(mask, bare))), call(http.NewResponseController(w))
			if errors.Is(got, http.ErrNotSupported) != errors.Is(want, http.ErrNotSupported) || !slices.Equal(*wrapped.calls, *bare.calls) {
				t.Fatalf("inner %010b, %s: got %v %v, want %v %v", mask, name, got, *wrapped.calls, want, *bare.calls)
			}
		}
	}
}

// Whatever else a writer may offer must be the inner's to offer: the method set is closed.
func TestWrapperHasNoOtherMethod(t *testing.T) {
	known := append(slices.Clone(innerMethods), "Header", "Write", "WriteHeader", "Unwrap")
	for mask := range capability(1 << capabilityCount) {
		typ := reflect.TypeOf(new(handle).as(mask))
		for method := range typ.Methods() {
			if name := method.Name; !slices.Contains(known, name) {
				t.Fatalf("%v has an exported method %s", typ, name)
			}
		}
	}
}

// as converts *handle to each of these by unsafe.Pointer, which is right only as long as this holds.
func TestWritersShareOneLayout(t *testing.T) {
	for mask := range capability(1 << capabilityCount) {
		typ := reflect.TypeOf(new(handle).as(mask)).Elem()
		if typ.Size() != unsafe.Sizeof(handle{}) || typ.Align() != int(unsafe.Alignof(handle{})) {
			t.Fatalf("%v: size %d align %d, want handle's %d %d", typ, typ.Size(), typ.Align(), unsafe.Sizeof(handle{}), unsafe.Alignof(handle{}))
		}
		for typ != reflect.TypeFor[handle]() {
			if typ.NumField() != 1 || !typ.Field(0).Anonymous {
				t.Fatalf("%v is not a chain of structs around one handle", typ)
			}
			typ = typ.Field(0).Type
		}
	}
}

//go:build !race && !pooldebug && (amd64 || arm64)

package pool_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

// inlined reports whether the function of that name, which is on the stack,
// was inlined into its caller: the runtime has no Func for such a frame.
func inlined(t *testing.T, name string) bool {
	t.Helper()
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
	for {
		f, more := frames.Next()
		if strings.HasSuffix(f.Function, name) {
			return f.Func == nil
		}
		if !more {
			t.Fatalf("%s is not on the stack", name)
		}
	}
}

// Unchecked is as fast as sync.Pool only while the compiler inlines it. The
// instrumentation of -cover costs more than the inliner has.
func TestUncheckedIsInlined(t *testing.T) {
	if testing.CoverMode() != "" {
		return
	}
	p := pool.NewUnchecked(
		func() *int {
			if !inlined(t, "Unchecked[...]).Get") {
				t.Error("Get is not inlined")
			}
			return new(int)
		},
		func(*int) {
			if !inlined(t, "Unchecked[...]).Put") {
				t.Error("Put is not inlined")
			}
		})
	p.Put(p.Get())
}

// So is Local only a few instructions while it is.
func TestLocalIsInlined(t *testing.T) {
	if testing.CoverMode() != "" {
		return
	}
	l := pool.Local[int]{
		New: func() *int {
			if !inlined(t, "Local[...]).Get") {
				t.Error("Get is not inlined")
			}
			return new(int)
		},
		Reset: func(*int) {
			if !inlined(t, "LocalItem[...].Put") {
				t.Error("Put is not inlined")
			}
		},
	}
	i := l.Get()
	i.Value()
	i.Put()
}

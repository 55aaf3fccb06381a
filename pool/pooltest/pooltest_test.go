package pooltest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
	"github.com/hotpath-go/hotpath/pool/pooltest"
)

// recorder is a test that fails without failing.
type recorder struct {
	testing.TB
	cleanups []func()
	errors   []string
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(r) // a test that goes no further
}

func (r *recorder) finish() []string {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
	return r.errors
}

func forget(p *pool.Bytes) { p.Get(100) }

func TestVerifyNone(t *testing.T) {
	var values pool.Pool[int]
	var mem pool.Bytes
	values.Get() // before the test: not its fault
	forget(&mem)

	clean := &recorder{TB: t}
	pooltest.VerifyNone(clean, &values, &mem)
	i, b := values.Get(), mem.Get(10)
	clean.Cleanup(func() { mem.Put(b) })
	i.Put()
	if got := clean.finish(); len(got) != 0 {
		t.Errorf("a test that put everything failed: %q", got)
	}

	leaky := &recorder{TB: t}
	pooltest.VerifyNone(leaky, &values, &mem)
	forget(&mem)
	values.Get()
	got := leaky.finish()
	if len(got) != 2 || !strings.Contains(got[0]+got[1], "pooltest_test.forget") || !strings.Contains(got[0]+got[1], "*int taken by") {
		t.Errorf("got %q, want both leaks, each with its Get", got)
	}
	if l := len(mem.Leaks()); l != 0 && l != 2 { // a pooldebug build remembers
		t.Errorf("%d leaks are listed after the watch", l)
	}
}

// Without a pool it would check nothing, and say nothing of that.
func TestVerifyNoneOfNone(t *testing.T) {
	for name, pools := range map[string][]pooltest.Pool{"none": nil, "nil": {nil}} {
		r := &recorder{TB: t}
		func() {
			defer func() {
				if v := recover(); v != r {
					t.Errorf("%s: got %v, want the test failed at once", name, v)
				}
			}()
			pooltest.VerifyNone(r, pools...)
		}()
		if len(r.errors) != 1 || !strings.Contains(r.errors[0], "VerifyNone") || !strings.Contains(r.errors[0], "; ") {
			t.Errorf("%s: got %q, want the cure", name, r.errors)
		}
	}
}

func ExampleVerifyNone() {
	t := &recorder{} // the test's own *testing.T, elsewhere
	var sessions pool.Pool[int]
	pooltest.VerifyNone(t, &sessions)
	sessions.Get()
	failure, _, _ := strings.Cut(t.finish()[0], "\n")
	fmt.Println(failure)
	// Output: pooltest: not put back: *int taken by
}

// A Pool may be anything that passes its calls on, such as one's own type
// around a pool.Bytes.
func ExamplePool() {
	type frames struct{ pool.Bytes }
	var f frames
	var p pooltest.Pool = &f
	stop := p.Watch()
	defer stop()
	f.Put(f.Get(100))
	fmt.Println(len(p.Leaks()), p.Check())
	// Output: 0 <nil>
}

package middleware

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// noting is a piece that says what happens to it.
type noting struct {
	name   string
	note   func(string)
	refuse bool
	enter  func(*Exchange)
	leave  func(*Exchange)
}

func (n *noting) Enter(x *Exchange) bool {
	n.note("+" + n.name)
	if n.enter != nil {
		n.enter(x)
	}
	return !n.refuse
}

func (n *noting) Leave(x *Exchange) {
	n.note("-" + n.name)
	if n.leave != nil {
		n.leave(x)
	}
}

type story struct{ events []string }

func (s *story) note(e string) { s.events = append(s.events, e) }

func (s *story) piece(name string) *noting { return &noting{name: name, note: s.note} }

func (s *story) handler(do func()) http.Handler {
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		s.note("h")
		if do != nil {
			do()
		}
	})
}

func serveOnce(h http.Handler) (panicked any) {
	defer func() { panicked = recover() }()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/x", nil))
	return nil
}

func TestStackOrder(t *testing.T) {
	boom := func() { panic("boom") }
	for _, tt := range []struct {
		name   string
		do     func()
		change func(a, b, c *noting)
		want   string
		panics any
	}{
		{"all well", nil, func(a, b, c *noting) {}, "+a +b +c h -c -b -a", nil},
		{"b answers", nil, func(a, b, c *noting) { b.refuse = true }, "+a +b -a", nil},
		{"a answers", nil, func(a, b, c *noting) { a.refuse = true }, "+a", nil},
		{"handler panics", boom, func(a, b, c *noting) {}, "+a +b +c h -c -b -a", "boom"},
		{"b enters with a panic", nil, func(a, b, c *noting) { b.enter = func(*Exchange) { panic("b") } }, "+a +b -a", "b"},
		{"c leaves with a panic", nil, func(a, b, c *noting) { c.leave = func(*Exchange) { panic("c") } }, "+a +b +c h -c -b -a", "c"},
		{"two leave with a panic", boom, func(a, b, c *noting) {
			c.leave, a.leave = func(*Exchange) { panic("c") }, func(*Exchange) { panic("a") }
		}, "+a +b +c h -c -b -a", "a"},
		{"b takes the panic", boom, func(a, b, c *noting) { b.leave = func(x *Exchange) { x.Panic, x.Returned = nil, true } }, "+a +b +c h -c -b -a", nil},
		{"b changes the panic", boom, func(a, b, c *noting) { b.leave = func(x *Exchange) { x.Panic = http.ErrAbortHandler } }, "+a +b +c h -c -b -a", http.ErrAbortHandler},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s story
			a, b, c := s.piece("a"), s.piece("b"), s.piece("c")
			tt.change(a, b, c)
			h := Stack{a, b, c}.Then(s.handler(tt.do))
			for range 2 { // the second request meets the pooled state the first left
				s.events = nil
				if got := serveOnce(h); got != tt.panics {
					t.Errorf("panicked with %v, want %v", got, tt.panics)
				}
				if got := strings.Join(s.events, " "); got != tt.want {
					t.Errorf("events %s, want %s", got, tt.want)
				}
			}
		})
	}
}

// A piece sees the panic of one further in as it sees a handler's, whether that had returned or not.
func TestStackAndAPanicOfLeave(t *testing.T) {
	for _, do := range []func(){nil, func() { panic("handler") }} {
		var s story
		a, b, c := s.piece("a"), s.piece("b"), s.piece("c")
		c.leave = func(x *Exchange) { x.Returned = true; panic("c") }
		b.leave = func(x *Exchange) {
			if x.Returned || x.Panic != "c" {
				t.Errorf("Returned %t, Panic %v, want false, c", x.Returned, x.Panic)
			}
			x.Returned = true
			panic("b")
		}
		a.leave = func(x *Exchange) {
			if x.Returned || x.Panic != "b" {
				t.Errorf("Returned %t, Panic %v, want false, b", x.Returned, x.Panic)
			}
		}
		serveOnce(Stack{a, b, c}.Then(s.handler(do)))
		if got := strings.Join(s.events, " "); got != "+a +b +c h -c -b -a" {
			t.Errorf("events %s", got)
		}
	}
}

func TestStackAndGoexit(t *testing.T) {
	var s story
	a := s.piece("a")
	a.leave = func(x *Exchange) {
		if x.Returned || x.Panic != nil {
			t.Errorf("Returned %t, Panic %v, want false, nil", x.Returned, x.Panic)
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { serveOnce(Stack{a}.Then(s.handler(runtime.Goexit))) })
	wg.Wait()
	if got := strings.Join(s.events, " "); got != "+a h -a" {
		t.Errorf("events %s, want +a h -a", got)
	}
}

func TestStacksThatMeetAreOnePass(t *testing.T) {
	var s story
	foreign := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) })
	}
	a, b, c := Stack{s.piece("a")}, Stack{s.piece("b")}, Stack{s.piece("c")}
	for _, tt := range []struct {
		name  string
		h     http.Handler
		fused int
	}{
		{"a stack", append(append(slices.Clone(a), b...), c...).Then(s.handler(nil)), 3},
		{"a chain of stacks", Chain{a.Middleware, b.Middleware, c.Middleware}.Then(s.handler(nil)), 3},
		{"nested by hand", a.Then(b.Then(c.Then(s.handler(nil)))), 3},
		{"something between", Chain{a.Middleware, foreign, b.Middleware, c.Middleware}.Then(s.handler(nil)), 1},
	} {
		s.events = nil
		serveOnce(tt.h)
		if got := strings.Join(s.events, " "); got != "+a +b +c h -c -b -a" {
			t.Errorf("%s: events %s", tt.name, got)
		}
		if got := len(tt.h.(*pass).pieces); got != tt.fused {
			t.Errorf("%s: %d pieces in the outer pass, want %d", tt.name, got, tt.fused)
		}
	}
}

// A middleware built once and put around two handlers must not let the second change the first.
func TestStackIsCopied(t *testing.T) {
	var s story
	stack := make(Stack, 1, 4)
	stack[0] = s.piece("a")
	one := stack.Then(s.handler(nil))
	_ = append(stack, s.piece("z")).Then(s.handler(nil))
	stack[0] = s.piece("y")
	serveOnce(one)
	if got := strings.Join(s.events, " "); got != "+a h -a" {
		t.Errorf("events %s, want +a h -a", got)
	}
}

// What one request leaves in the pooled state must not reach the next one.
func TestExchangeForgets(t *testing.T) {
	x := &Exchange{shard: 7}
	r := httptest.NewRequest("POST", "/secret", nil)
	r.Header.Set("User-Agent", "spy")
	x.begin(httptest.NewRecorder(), r)
	x.Took()
	x.UserAgent()
	x.Panic, x.Returned, x.depth = "p", true, 3
	x.Scratch = append(x.Scratch, "secret"...)
	Local[int](x)
	v := reflect.ValueOf(x).Elem()
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Fatalf("the test does not fill %s", v.Type().Field(i).Name)
		}
	}
	rec := x.Record
	x.release()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if !slices.Contains([]string{"from", "Scratch", "shard", "local"}, name) && !v.Field(i).IsZero() {
			t.Errorf("%s survives", name)
		}
	}
	if len(x.Scratch) != 0 || rec.inner() != nil {
		t.Errorf("Scratch %q, inner writer %v", x.Scratch, rec.inner())
	}
}

func TestLocal(t *testing.T) {
	type mine struct{ n int }
	x, y := new(Exchange), new(Exchange)
	Local[mine](x).n, *Local[int](x) = 7, 8
	x.release()
	if a, b := *Local[mine](x), *Local[int](x); a.n != 7 || b != 8 {
		t.Errorf("%v and %v later, want 7 and 8", a, b)
	}
	if Local[mine](x) == Local[mine](y) || Local[mine](y).n != 0 {
		t.Error("two exchanges share memory")
	}
}

// Two exchanges that met on one of several counters part.
func TestCrowdedExchangesPart(t *testing.T) {
	for shards := uint32(2); shards <= 64; shards *= 2 {
		x, y := &Exchange{shard: 7}, &Exchange{shard: 7 + 4*shards}
		if x.Crowded(); x.Shard()%shards == y.Shard()%shards {
			t.Errorf("still together in one of %d", shards)
		}
	}
}

// The clock is one, whether both of its halves were read or one.
func TestNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, d := range []time.Duration{0, 1, time.Second - 2, 1, 1, time.Hour, time.Millisecond} {
			time.Sleep(d)
			if got, want := now(), time.Now(); got != want {
				t.Errorf("after %v: %v, want %v", d, got, want)
			}
		}
	})
	if d := time.Since(now()); d < 0 || d > time.Minute { // the bubble's clock was another
		t.Errorf("%v ago", d)
	}
}

// A piece further out owns the writer: an inner pass must not end it.
func TestInnerPassLeavesTheWriterOpen(t *testing.T) {
	var s story
	inner := Stack{s.piece("b")}.Then(s.handler(nil))
	outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r)
		if _, err := w.Write([]byte("after")); err != nil {
			t.Error(err)
		}
	})
	if v := serveOnce(Stack{s.piece("a")}.Then(outer)); v != nil {
		t.Errorf("panicked: %v", v)
	}
}

// The writer of a stack refuses late use like any other, and no combination of interfaces changes on the way.
func TestStackWriterHidesAndInventsNothing(t *testing.T) {
	for mask := range 1 << len(innerMethods) {
		var kept http.ResponseWriter
		base := newInner()
		Stack{&noting{note: func(string) {}}}.Then(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			kept = w
			for i, name := range innerMethods {
				want := mask&(1<<i) != 0
				if name == "SetReadDeadline" || name == "SetWriteDeadline" {
					want = mask>>8 == 3
				}
				if got := optional[name](w); got != want {
					t.Fatalf("inner %010b: stack has %s: %t, want %t", mask, name, got, want)
				}
			}
		})).ServeHTTP(innerWith(mask, base), httptest.NewRequest("GET", "/", nil))
		if !refused(func() error { _, err := kept.Write(nil); return err }) {
			t.Fatalf("inner %010b: late Write not refused", mask)
		}
	}
}

func TestStackMisuse(t *testing.T) {
	for name, f := range map[string]func(){
		"nil handler": func() { Stack{}.Then(nil) },
		"nil piece":   func() { Stack{nil}.Then(http.NotFoundHandler()) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, ": ") {
					t.Errorf("%s: panic %q names no cure", name, text)
				}
			}()
			f()
		}()
	}
}

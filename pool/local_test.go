package pool_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/hotpath-go/hotpath/pool"
)

func TestLocalDoublePut(t *testing.T) {
	var l pool.Local[session]
	i := l.Get()
	late := i
	i.Put()
	mustPanic(t, "LocalItem", i.Put)
	next := l.Get() // the same value, for sure: a Local has no second list
	mustPanic(t, "LocalItem", late.Put)
	mustPanic(t, "LocalItem", func() { late.Value() })
	next.Value().user = "still mine"
	if other := l.Get(); other.Value() == next.Value() {
		t.Fatal("the late Put gave the value a second owner")
	}
	var zero pool.LocalItem[session]
	mustPanic(t, "LocalItem", zero.Put)
	mustPanic(t, "LocalItem", func() { zero.Value() })
}

func TestLocalResets(t *testing.T) {
	var byMethod pool.Local[session]
	i := byMethod.Get()
	v := i.Value()
	v.user = "ada"
	i.Put()
	if !pool.PoisonBuild && (v.user != "" || v.resets != 1) {
		t.Errorf("after Put: %+v, want one reset", *v)
	}
	byHook := pool.Local[session]{
		New:   func() *session { return &session{user: "new"} },
		Reset: func(s *session) { s.user = "by hook" },
	}
	i = byHook.Get()
	v = i.Value()
	if v.user != "new" {
		t.Errorf("got %+v, want one from New", *v)
	}
	i.Put()
	if !pool.PoisonBuild && (v.user != "by hook" || v.resets != 0) {
		t.Errorf("after Put: %+v, want the hook instead of the method", *v)
	}
}

// A burst does not stay: the list keeps Max values, and Trim fewer.
func TestLocalKeepsMax(t *testing.T) {
	if pool.PoisonBuild { // keeps nothing
		return
	}
	for max, want := range map[int]int{0: 64, 3: 3} {
		made := 0
		l := pool.Local[int]{Max: max, New: func() *int { made++; return new(int) }}
		round := func(n int) (fresh int) {
			before := made
			var out []pool.LocalItem[int]
			for range n {
				out = append(out, l.Get())
			}
			for _, i := range out {
				i.Put()
			}
			return made - before
		}
		round(200)
		if got := 200 - round(200); got != want {
			t.Errorf("Max %d: kept %d values, want %d", max, got, want)
		}
		var out []pool.LocalItem[int]
		for range 200 {
			out = append(out, l.Get())
		}
		for n := range out { // the first that was made comes last
			out[len(out)-1-n].Put()
		}
		if got := l.Stats().Held / int64(unsafe.Sizeof(int(0))); got > int64(want)+1 {
			t.Errorf("Max %d: kept %d values, want at most one more than %d", max, got, want)
		}
		l.Trim(2)
		l.Trim(10)
		if got := 200 - round(200); got != 2 {
			t.Errorf("Max %d: kept %d values after Trim(2)", max, got)
		}
		l.Trim(-1)
		if got := round(1); got != 1 {
			t.Errorf("Max %d: Trim(-1) kept a value", max)
		}
	}
}

// A Local is watched, too, also after values went through its fast path.
func TestLocalLeaks(t *testing.T) {
	var l pool.Local[int]
	for range 3 {
		l.Get().Put()
	}
	stop := l.Watch()
	known := len(l.Leaks())
	for range 3 {
		l.Get().Put()
	}
	if got := len(l.Leaks()); got != known {
		t.Errorf("%d leaks, want none: all was put", got-known)
	}
	kept := takeFromLocal(&l)
	got := l.Leaks()
	if len(got) != known+1 || got[known].Kind != "*int" || !strings.Contains(got[known].Stack, "takeFromLocal") {
		t.Errorf("got %v, want the Get that was not put", got)
	}
	kept.Put()
	stop()
	for range 3 {
		l.Get().Put()
	}
	if got := len(l.Leaks()); got != known {
		t.Errorf("%d leaks after the watch", got-known)
	}
}

// A value that was taken under a watch and put after it is as good as any.
func TestLocalOutlivesWatch(t *testing.T) {
	var l pool.Local[session]
	var plain pool.Local[int]
	stop, stopPlain := l.Watch(), plain.Watch()
	i, n := l.Get(), plain.Get()
	stop()
	stopPlain()
	i.Put()
	n.Put()
	for range 3 {
		i, n = l.Get(), plain.Get()
		i.Value().user = "ada"
		*n.Value() = 1
		i.Put()
		n.Put()
	}
}

// A Reset that panics costs the value, and nothing else.
func TestLocalResetPanics(t *testing.T) {
	fail := true
	l := pool.Local[session]{Reset: func(*session) {
		if fail {
			panic("no")
		}
	}}
	i := l.Get()
	broken := i.Value()
	func() {
		defer func() { _ = recover() }()
		i.Put()
	}()
	fail = false
	mustPanic(t, "LocalItem", i.Put)
	for range 3 {
		i = l.Get()
		if i.Value() == broken {
			t.Fatal("a value whose Reset panicked was handed out")
		}
		i.Put()
	}
}

// What Trim drops is not kept alive, the first value included.
func TestLocalTrimLetsGo(t *testing.T) {
	var l pool.Local[kilobyte]
	var freed atomic.Int32
	a, b := l.Get(), l.Get()
	for _, i := range []pool.LocalItem[kilobyte]{a, b} {
		runtime.AddCleanup(i.Value(), func(int) { freed.Add(1) }, 0)
		i.Put()
	}
	l.Trim(0)
	waitFor(t, func() bool { runtime.GC(); return freed.Load() == 2 || pool.PoisonBuild })
	runtime.KeepAlive(&l)
}

func takeFromLocal(l *pool.Local[int]) pool.LocalItem[int] { return l.Get() }

func TestLocalMisuseShowsOwners(t *testing.T) {
	var l pool.Local[int]
	defer l.Watch()()
	i := takeFromLocal(&l)
	i.Put()
	for name, late := range map[string]func(){"Put": i.Put, "Value": func() { i.Value() }} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				text := fmt.Sprint(recover())
				for _, want := range []string{"pool: LocalItem", "; ", "taken by\n", "takeFromLocal", "and put by\n", "TestLocalMisuseShowsOwners"} {
					if !strings.Contains(text, want) {
						t.Errorf("panic %q does not mention %q", text, want)
					}
				}
			}()
			late()
		})
	}
}

// A Reset may take values of the same Local, such as a node's that puts or takes
// its children: none has two owners.
func TestLocalResetTakes(t *testing.T) {
	var l pool.Local[session]
	var taken []pool.LocalItem[session]
	l.Reset = func(*session) {
		if len(taken) < 3 {
			taken = append(taken, l.Get())
		}
	}
	l.Get().Put()
	for range 3 {
		taken = append(taken, l.Get())
	}
	owners := make(map[*session]int)
	for n, i := range taken {
		if other, twice := owners[i.Value()]; twice {
			t.Errorf("the values %d and %d are one", other, n)
		}
		owners[i.Value()] = n
	}
}

package pool

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
)

// trace is safe for concurrent use: who took a value, and who put it. Only ended
// and before change, once each.
type trace struct {
	w      *watch
	id     uint64
	kind   string
	taken  stack
	ended  atomic.Pointer[stack]
	before atomic.Pointer[trace] // the last owner, until there is a next
}

// endTrace is end for what lies at at, which is not nil. If that has ended it is
// of an owner before, when somebody watched, and says nothing of this one: it
// goes, so that what was watched once does not cost a stack at each Put.
func endTrace(at *atomic.Pointer[trace]) {
	t := at.Load()
	if t.ended.Load() != nil {
		at.Store(nil)
		return
	}
	t.end()
}

// end records the caller as the one who put, for whom it may concern later.
func (t *trace) end() {
	s := callers()
	t.ended.Store(&s)
	if t.w != nil {
		t.w.mu.Lock()
		delete(t.w.out, t)
		t.w.mu.Unlock()
	}
}

// lateUse is a misuse with the stacks of both owners.
type lateUse struct {
	misuse
	owners string
}

func (l lateUse) Error() string { return string(l.misuse) + "\n" + l.owners }

// explain adds the owners to err. A nil t knows none.
func (t *trace) explain(err error) error {
	m, ok := err.(misuse)
	if t == nil || !ok {
		return err
	}
	var b strings.Builder
	for i := 0; t != nil && i < 2; t, i = t.before.Load(), i+1 {
		fmt.Fprintf(&b, "\n%s taken by\n%s", t.kind, t.taken)
		if e := t.ended.Load(); e != nil {
			fmt.Fprintf(&b, "and put by\n%s", *e)
		}
	}
	return lateUse{m, b.String()}
}

// stack is some callers' program counters.
type stack []uintptr

func callers() stack {
	var pcs [32]uintptr
	return append(stack(nil), pcs[:runtime.Callers(3, pcs[:])]...)
}

// String leaves out the frames of this package: the cause is in the others.
func (s stack) String() string {
	var b strings.Builder
	frames := runtime.CallersFrames(s)
	for {
		f, more := frames.Next()
		if f.Function != "" && !strings.HasPrefix(f.Function, "github.com/hotpath-go/hotpath/pool.") {
			fmt.Fprintf(&b, "\t%s\n\t\t%s:%d\n", f.Function, f.File, f.Line)
		}
		if !more {
			return b.String()
		}
	}
}

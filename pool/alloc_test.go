//go:build !race && !pooldebug

// The race detector makes sync.Pool drop puts at random, and a
// pooldebug build reuses nothing, so none of this can hold in them.

package pool_test

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

// noAllocs checks that f stops allocating once it is warm. The collector is
// off meanwhile: it empties pools by design.
func noAllocs(t *testing.T, name string, f func()) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	if got := testing.AllocsPerRun(1000, f); got != 0 {
		t.Errorf("%s: %v allocs per run, want 0", name, got)
	}
}

func TestAllocs(t *testing.T) {
	var (
		checked   pool.Pool[session]
		unchecked pool.Unchecked[session]
		mem       pool.Bytes
		proxy     pool.BufferPool
		text      = strings.Repeat("text", 1000)
		source    = strings.NewReader(text)
		sink      = io.Writer(limited(1 << 20))
	)
	noAllocs(t, "Pool", func() {
		i := checked.Get()
		i.Value().user = "ada"
		i.Put()
	})
	var local pool.Local[session]
	noAllocs(t, "Local", func() {
		i := local.Get()
		i.Value().user = "ada"
		i.Put()
	})
	noAllocs(t, "Ref", func() {
		i := checked.Get()
		i.Ref().With(func(s *session) { s.user = "ada" })
		i.Put()
	})
	var slices pool.SlicePool
	noAllocs(t, "SlicePool", func() { slices.Put(slices.Get(1000)) })
	segments := make([][]byte, 0, 1)
	noAllocs(t, "Unchecked", func() { unchecked.Put(unchecked.Get()) })
	noAllocs(t, "Bytes", func() {
		for _, n := range []int{0, 100, 5000, 1 << 20} {
			mem.Put(mem.Get(n))
		}
	})
	noAllocs(t, "BufferPool", func() { proxy.Put(proxy.Get()) })
	noAllocs(t, "Buffer", func() {
		b := mem.Buffer(10)
		for range 5 {
			_, _ = b.WriteString(text)
			_ = b.WriteByte('\n')
			b.Grow(len(text)) // else it is append that allocates
			b.Append(func(p []byte) []byte { return append(p, text...) })
		}
		source.Reset(text)
		_, _ = b.ReadFrom(source)
		segments = b.Segments(segments[:0])
		_, _ = b.WriteTo(sink)
		b.Release()
	})
}

func TestWorkersAllocs(t *testing.T) {
	w := pool.Workers{Max: 2, Queue: 2}
	defer drained(t, &w)
	task := func() {}
	ctx := t.Context()
	noAllocs(t, "Submit", func() {
		for range 10 { // more than may wait
			_ = w.Submit(ctx, task)
		}
		_ = w.TrySubmit(task)
	})
	noAllocs(t, "SubmitKey", func() {
		for key := range uint64(10) {
			_ = w.SubmitKey(ctx, key, task)
		}
	})
	ended, cancel := context.WithCancel(ctx)
	cancel()
	g := block(t, &w)
	noAllocs(t, "Wait in vain", func() { _ = w.Wait(ended) }) // and leaves nothing behind
	close(g.open)
}

// What was watched once costs no more afterwards than before: no stacks.
func TestAllocsAfterWatch(t *testing.T) {
	var values pool.Pool[kilobyte]
	var local pool.Local[kilobyte]
	var mem pool.Bytes
	cycles := map[string]func(){
		"Pool": func() { values.Get().Put() },
		"Local": func() {
			i, j := local.Get(), local.Get()
			i.Put()
			j.Put()
		},
		"Bytes":  func() { mem.Put(mem.Get(100)) },
		"Buffer": func() { mem.Buffer(100).Release() },
	}
	for _, watch := range []func() func(){values.Watch, local.Watch, mem.Watch} {
		stop := watch()
		for _, cycle := range cycles {
			cycle()
		}
		stop()
	}
	for name, cycle := range cycles {
		noAllocs(t, name, cycle)
	}
	i := values.Get()
	i.Put()
	defer func() {
		if text := fmt.Sprint(recover()); strings.Contains(text, "taken by") {
			t.Errorf("panic %q blames owners of an earlier time", text)
		}
	}()
	i.Put()
}

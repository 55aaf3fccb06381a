package pool_test

import (
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/pool"
)

// What is out of a field's range is refused by its name and value at first use,
// and again afterwards.
func TestFieldsOutOfRange(t *testing.T) {
	get := func(p *pool.Bytes) func() { return func() { p.Get(1) } }
	buffer := func(p *pool.Bytes) func() { return func() { p.Buffer(1) } }
	unchecked := func(n int) func() { return func() { (&pool.UncheckedBytes{MaxSize: n}).Get(1) } }
	submit := func(w *pool.Workers) func() { return func() { _ = w.TrySubmit(nothing) } }
	resize := func(w *pool.Workers) func() { return func() { w.Resize(1) } }
	local := &pool.Local[int]{Max: -1}
	proxy := &pool.BufferPool{Size: -1}
	for want, use := range map[string]func(){
		"Bytes.MinSize is -1;":                 get(&pool.Bytes{MinSize: -1}),
		"Bytes.MinSize is 66;":                 get(&pool.Bytes{MinSize: 66, MaxSize: 65}),
		"Bytes.MinSize is 2097152;":            buffer(&pool.Bytes{MinSize: 2 << 20}),
		"Bytes.MaxSize is -1;":                 get(&pool.Bytes{MaxSize: -1}),
		"Bytes.MaxSize is 63;":                 buffer(&pool.Bytes{MaxSize: 63}),
		"Bytes.MaxSize is 1073741825;":         get(&pool.Bytes{MaxSize: 1<<30 + 1}),
		"Bytes.Budget is -1;":                  get(&pool.Bytes{Budget: -1}),
		"UncheckedBytes.MaxSize is -1;":        unchecked(-1),
		"UncheckedBytes.MaxSize is 63;":        unchecked(63),
		"UncheckedBytes.MaxSize is 1073741825": unchecked(1<<30 + 1),
		"BufferPool.Size is -1;":               func() { proxy.Get() },
		"Local.Max is -1;":                     func() { local.Get() },
		"Workers.Max is -1;":                   submit(&pool.Workers{Max: -1}),
		"Workers.Max is -2;":                   resize(&pool.Workers{Max: -2}),
		"Workers.Queue is -1;":                 submit(&pool.Workers{Queue: -1}),
		"Workers.Idle is -1s;":                 submit(&pool.Workers{Idle: -time.Second}),
	} {
		t.Run(want, func(t *testing.T) {
			mustPanic(t, want, use)
			mustPanic(t, want, use)
		})
	}
}

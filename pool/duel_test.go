package pool_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// duel calls f from two goroutines at once, in many rounds with before and
// after around each. Neither a WaitGroup nor a channel lets two goroutines go
// within the few nanoseconds in which a race can be lost, so they spin, and a
// random delay sweeps the skew between them.
func duel(t *testing.T, before, f, after func()) {
	t.Helper()
	var turn, ready, done atomic.Int64
	const rounds = 50_000
	var wg sync.WaitGroup
	wg.Go(func() {
		for r := int64(1); r <= rounds; r++ {
			spin(func() bool { return turn.Load() >= r })
			if turn.Load() > rounds {
				return
			}
			ready.Store(r)
			delay()
			f()
			done.Store(r)
		}
	})
	// A busy machine may cut this short; a single core makes it easy to pass.
	deadline := time.Now().Add(2 * time.Second)
	for r := int64(1); r <= rounds && time.Now().Before(deadline) && !t.Failed(); r++ {
		before()
		turn.Store(r)
		spin(func() bool { return ready.Load() >= r })
		delay()
		f()
		spin(func() bool { return done.Load() >= r })
		after()
	}
	turn.Store(rounds + 1)
	wg.Wait()
}

func spin(until func() bool) {
	for n := 1; !until(); n++ {
		if n%100 == 0 {
			runtime.Gosched()
		}
	}
}

func delay() {
	var x atomic.Int32
	for range rand.IntN(100) {
		x.Load()
	}
}

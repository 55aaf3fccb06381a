package pool

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Of several Puts of one array, or Releases of one block, at once one wins, whatever the scheduler does:
// more threads than cores go through the same turns, one close behind the
// other, so that the kernel stops some of them in the middle of end, with others
// coming up behind. A load and a store in place of its swap have two
// winners within a few rounds.
func TestOnePutWins(t *testing.T) {
	threads := 4 * runtime.NumCPU()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	turns, wins := make([]turn, 20_000), make([]atomic.Int32, 20_000)
	numbers := make([]uint64, len(turns))
	end := func(i int) bool { return turns[i].end() }
	endOf := func(i int) bool { return turns[i].endOf(numbers[i]) }
	for begin := time.Now(); time.Since(begin) < time.Second && !t.Failed(); {
		end, endOf = endOf, end // each in every other round
		for i := range turns {
			numbers[i] = turns[i].begin()
			wins[i].Store(0)
		}
		var wg sync.WaitGroup
		for range threads {
			wg.Go(func() {
				for i := range turns {
					if end(i) {
						wins[i].Add(1)
					}
				}
			})
		}
		wg.Wait()
		for i := range wins {
			if n := wins[i].Load(); n != 1 {
				t.Errorf("%d of %d Puts at once won, want 1", n, threads)
			}
		}
	}
}

// What Stats reads of an array never goes back, also in the middle of a Put: a
// counter that does has begun anew, to whoever makes rates of it.
func TestTurnsOnlyGrow(t *testing.T) {
	var k turn
	var over atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		for !over.Load() {
			k.begin()
			k.end()
		}
	})
	seen := uint64(0)
	for begin := time.Now(); time.Since(begin) < 300*time.Millisecond && !t.Failed(); {
		n := k.begun()
		if n < seen {
			t.Errorf("%d turns had begun, then %d", seen, n)
		}
		seen = n
	}
	over.Store(true)
	wg.Wait()
}

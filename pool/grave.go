package pool

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"unsafe"
)

// grave is safe for concurrent use. In a pooldebug build memory that was put
// is poisoned and lies here instead of being handed out again, so that a late
// write cannot reach another owner, and is seen: when it is pushed out, at the
// latest, or by check. A race build does so with some. In others it is empty.
type grave struct {
	mu     sync.Mutex
	dead   []corpse
	oldest int
}

// graveSize is how many are kept. What a late user writes after so many
// further Puts is not seen any more, and still reaches nobody.
const graveSize = 256

// toBury reports whether memory of n bytes that was put goes to the grave. A
// race build takes one in four, as its sync.Pool drops one in four, and only
// what costs less to poison than the detector costs anyway.
func toBury(n uintptr) bool { return poisonBuild || debugBuild && n <= 4096 && oneInFour() }

// oneInFour is not inlined, so that toBury is.
//
//go:noinline
func oneInFour() bool { return rand.Uint32()%4 == 0 }

// corpse is memory as it must stay.
type corpse struct {
	at     []byte // the memory itself
	copied []byte // what it must be; nil means all poisonByte
	trace  *trace
}

const poisonByte = 0xdb

func (g *grave) bury(c corpse) {
	g.mu.Lock()
	if len(g.dead) < graveSize {
		g.dead = append(g.dead, c)
		g.mu.Unlock()
		return
	}
	c, g.dead[g.oldest] = g.dead[g.oldest], c
	g.oldest = (g.oldest + 1) % graveSize
	g.mu.Unlock()
	if err := c.check(); err != nil {
		panic(err)
	}
}

// ended returns the trace of memory at p that nobody recorded the Get of and
// that is put now. It panics with twice if the memory lies here already.
func (g *grave) ended(kind string, p unsafe.Pointer, twice error) *trace {
	if c, dead := g.holds(p); dead {
		panic(c.trace.explain(twice))
	}
	t := &trace{kind: kind}
	t.end()
	return t
}

// holds returns the corpse at p, if any. Values without size share an address.
func (g *grave) holds(p unsafe.Pointer) (corpse, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.dead {
		if len(c.at) > 0 && unsafe.Pointer(unsafe.SliceData(c.at)) == p {
			return c, true
		}
	}
	return corpse{}, false
}

func (g *grave) check() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.dead {
		if err := c.check(); err != nil {
			return err
		}
	}
	return nil
}

func (c corpse) check() error {
	want := c.copied
	if want == nil {
		want = bytes.Repeat([]byte{poisonByte}, len(c.at))
	}
	for i, b := range c.at {
		if b != want[i] {
			return c.trace.explain(misuse(fmt.Sprintf("pool: memory written to after it was put: byte %d of %d; drop every pointer and slice at Put, or put later", i, len(c.at))))
		}
	}
	return nil
}

package requestid

import (
	crand "crypto/rand"
	"encoding/hex"
	"math/rand/v2"
	"sync"
	"unsafe"
)

const (
	idBytes  = 16 // as long as a trace-id, so that the id can serve as one
	idLength = 2 * idBytes
)

// generators holds ChaCha8 streams, each seeded by the system's generator: an id tells nothing about the next one, and
// making it needs no system call. A generator is owned by one call at a time.
var generators = sync.Pool{New: func() any {
	var seed [32]byte
	crand.Read(seed[:]) // never fails: crypto/rand.Read ends the program instead
	return rand.NewChaCha8(seed)
}}

// fresh is an id and the header value that points to it in one allocation.
type fresh struct {
	value [1]string
	text  [idLength]byte
}

func generate() []string {
	var raw [idBytes]byte
	g := generators.Get().(*rand.ChaCha8)
	_, _ = g.Read(raw[:]) // never fails: see rand.ChaCha8.Read
	generators.Put(g)
	f := new(fresh)
	hex.Encode(f.text[:], raw[:])
	// unsafe.String's rule: text must not change while the string lives. Nothing writes it after the line above.
	f.value[0] = unsafe.String(&f.text[0], idLength)
	return f.value[:]
}

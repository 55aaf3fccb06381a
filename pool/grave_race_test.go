//go:build race && !pooldebug

package pool_test

import (
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

// A race build finds late writes, too: one in four, of what is small.
func TestRaceBuildPoisons(t *testing.T) {
	var mem pool.Bytes
	var values pool.Pool[session]
	bytesFound, valueFound := false, false
	waitFor(t, func() bool {
		b := mem.Get(100)
		mem.Put(b)
		b[0]++
		bytesFound = bytesFound || mem.Check() != nil
		b[0]--
		i := values.Get()
		v := i.Value()
		i.Put()
		v.resets++
		valueFound = valueFound || values.Check() != nil
		v.resets--
		return bytesFound && valueFound
	})
	large := new(pool.Bytes)
	for range 100 {
		b := large.Get(5000)
		large.Put(b)
		b[0]++
	}
	if err := large.Check(); err != nil {
		t.Errorf("%v, want none: poisoning 5000 bytes is not cheap", err)
	}
}

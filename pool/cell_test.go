package pool

import "testing"

// The fast cell is in use again after Trim.
func TestLocalIsFastAfterTrim(t *testing.T) {
	var p Local[int]
	p.Get().Put()
	p.Trim(0)
	i := p.Get()
	if i.c != &p.first {
		t.Error("the first value after Trim is not in the first cell")
	}
	i.Put()
}

package pool_test

import (
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

func TestSlicePool(t *testing.T) {
	var mem pool.Bytes
	p := pool.SlicePool{Bytes: &mem}
	b := p.Get(100)
	if len(*b) != 100 {
		t.Errorf("len %d, want 100", len(*b))
	}
	*b = (*b)[:3] // what grpc does
	p.Put(b)
	if s := mem.Stats(); s.Out != 0 || s.Refused != 0 {
		t.Errorf("%+v, want it back", s)
	}
	p.Put(b)
	c, d := p.Get(100), p.Get(100)
	if c == d || &(*c)[0] == &(*d)[0] {
		t.Error("a second Put gave the slice two owners")
	}
	if s := mem.Stats(); s.Refused != 1 {
		t.Errorf("%+v, want the second Put refused", s)
	}
	foreign := make([]byte, 10)
	p.Put(&foreign)
	if s := mem.Stats(); s.Refused != 2 {
		t.Errorf("%+v, want the foreign slice refused", s)
	}
	p.Put(nil)
	if s := mem.Stats(); s.Refused != 3 {
		t.Errorf("%+v, want nil refused", s)
	}
	own := pool.SlicePool{}
	own.Put(own.Get(1))
}

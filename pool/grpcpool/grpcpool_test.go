package grpcpool_test

import (
	"bytes"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc/mem"

	"github.com/hotpath-go/hotpath/pool"
	"github.com/hotpath-go/hotpath/pool/grpcpool"
)

var _ mem.BufferPool = (*pool.SlicePool)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// grpc's own Buffer takes from the pool and frees into it, once.
func TestBufferLivesAndDies(t *testing.T) {
	var own pool.Bytes
	p := grpcpool.New(&own)
	b := p.Get(4096)
	*b = append((*b)[:0], bytes.Repeat([]byte("x"), 4000)...)
	buf := mem.NewBuffer(b, p)
	buf.Ref()
	buf.Free()
	if got := own.Stats().Out; got == 0 {
		t.Error("freed while one reference is left")
	}
	buf.Free()
	if s := own.Stats(); s.Out != 0 || s.Refused != 0 {
		t.Errorf("%+v, want all back", s)
	}
}

// grpc's writer splits a message into the pool's slices.
func TestMessageIsCopiedThroughThePool(t *testing.T) {
	var own pool.Bytes
	p := grpcpool.New(&own)
	message := bytes.Repeat([]byte("0123456789"), 10_000)
	slices, err := mem.ReadAll(bytes.NewReader(message), p)
	if err != nil || !bytes.Equal(slices.Materialize(), message) {
		t.Fatalf("%d bytes, %v", slices.Len(), err)
	}
	slices.Free()
	if s := own.Stats(); s.Out != 0 || s.Refused != 0 || s.Gets == 0 {
		t.Errorf("%+v, want all back", s)
	}
}

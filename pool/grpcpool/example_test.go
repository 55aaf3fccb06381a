package grpcpool_test

import (
	"fmt"

	"github.com/hotpath-go/hotpath/pool/grpcpool"
)

func ExampleNew() {
	// grpc.NewServer(experimental.BufferPool(grpcpool.New(nil)))
	p := grpcpool.New(nil)
	b := p.Get(1000)
	fmt.Println(len(*b))
	p.Put(b)
	// Output: 1000
}

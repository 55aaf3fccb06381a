// Package grpcpool lets grpc-go take its message buffers from a [pool.Bytes].
//
//	server := grpc.NewServer(experimental.BufferPool(grpcpool.New(nil)))
//
// It is a module of its own, so that nobody else requires grpc.
package grpcpool

import (
	"google.golang.org/grpc/mem"

	"github.com/hotpath-go/hotpath/pool"
)

// New returns b as a [mem.BufferPool]; nil means a Bytes of its own. Unlike
// grpc's own pools it does not clear what it hands out: grpc writes before it
// reads.
func New(b *pool.Bytes) mem.BufferPool { return &pool.SlicePool{Bytes: b} }

//go:build race

package pool

import "sync/atomic"

// relaxed is atomic here, so that the race detector speaks only of its user's
// races.
type relaxed[T any] struct{ atomic.Pointer[T] }

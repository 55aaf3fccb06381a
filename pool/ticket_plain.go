//go:build amd64 && !race

package pool

import "unsafe"

// set stores m without the fence that an atomic store has on amd64. The rule
// that makes it right: go.dev/ref/mem lets a read of one machine word see only
// values that were written to it, so a misplaced Put or a Stats beside it sees
// the count before or the count after, which is all it may hope for; whoever
// comes by right comes after a synchronisation of the owner's own.
func (t *ticket) set(m uint64) { *(*uint64)(unsafe.Pointer(&t.moves)) = m }

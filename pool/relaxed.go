//go:build !race

package pool

// relaxed is a pointer that its owner writes and anybody may look at. An atomic
// store costs as much as a compare-and-swap on amd64, this one next to nothing.
// The rule: "each read of a single-word-sized or sub-word-sized memory location
// must observe a value actually written to that location" (The Go Memory Model,
// Implementation Restrictions for Programs Containing Data Races). Whoever acts
// on what he saw has a happens-before edge from the owner, or is a misuser.
type relaxed[T any] struct{ p *T }

func (r *relaxed[T]) Load() *T   { return r.p }
func (r *relaxed[T]) Store(p *T) { r.p = p }

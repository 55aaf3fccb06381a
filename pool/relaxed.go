//go:build !race

package pool

// relaxed is a pointer that its owner writes and anybody may look at. An atomic
// store costs as much as a compare-and-swap on amd64, this one next to nothing.
//
// Owners follow each other by synchronisation of their own and of sync.Pool's.
// Who reads beside the owner is Stats, or a misuser's Put. For them the rule is:
// "each read of a single-word-sized or sub-word-sized memory location must
// observe a value actually written to that location (perhaps by a concurrent
// executing goroutine) and not yet overwritten" (The Go Memory Model,
// Implementation Restrictions for Programs Containing Data Races). A ticket's
// relaxed word is only ever nil or the ticket's one loan, and ticket.in holds
// whichever of the two is seen.
type relaxed[T any] struct{ p *T }

func (r *relaxed[T]) Load() *T   { return r.p }
func (r *relaxed[T]) Store(p *T) { r.p = p }

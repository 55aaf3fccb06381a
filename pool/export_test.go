package pool

// Tickets returns how many arrays the Bytes knows.
func (p *Bytes) Tickets() (n int) {
	p.eachTicket(func(*ticket) { n++ })
	return n
}

// ArraysOut returns how many of them are with an owner.
func (p *Bytes) ArraysOut() (n int) {
	p.eachTicket(func(k *ticket) {
		if k.turn.out() {
			n++
		}
	})
	return n
}

func (p *Bytes) eachTicket(f func(*ticket)) {
	p.tickets.mu.Lock()
	defer p.tickets.mu.Unlock()
	p.tickets.eachTicket(f)
}

// Holders returns how many entries the list of goroutines with hands has.
func (w *Workers) Holders() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.crew.holders)
}

// Lanes returns how many keys have tasks, and how many lanes are kept for others.
func (w *Workers) Lanes() (busy, spare int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.lanes.byKey), len(w.lanes.spare)
}

// CountEach is how many uses of a value Pool.Stats may not have seen yet.
const CountEach = countEach

// PoisonBuild and DebugBuild are for tests of what these builds do otherwise.
const (
	PoisonBuild = poisonBuild
	DebugBuild  = debugBuild
)

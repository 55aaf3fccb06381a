package pool

// Tickets returns how many arrays the Bytes knows.
func (p *Bytes) Tickets() (n int) {
	p.eachTicket(func(*ticket) { n++ })
	return n
}

// ArraysOut returns how many of them are with an owner.
func (p *Bytes) ArraysOut() (n int) {
	p.eachTicket(func(k *ticket) {
		if k.out() {
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

// PoisonBuild and DebugBuild are for tests of what these builds do otherwise.
const (
	PoisonBuild = poisonBuild
	DebugBuild  = debugBuild
)

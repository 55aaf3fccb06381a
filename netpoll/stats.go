package netpoll

import "sync/atomic"

// Stats is a snapshot of a Listener's counters; it is a plain value, copy it freely. Open and Parked say how many there
// are now, the others how many there were so far. The fields are read one after the other, so sums over them hold exactly
// only while nothing moves.
type Stats struct {
	Open   int // connections accepted and not yet closed, parked ones included; those passed through untouched are not counted
	Parked int // connections parked

	Parks   uint64 // connections parked so far
	Wakes   uint64 // parked connections that came back through Accept
	Reaped  uint64 // parked connections closed because the peer had gone
	Expired uint64 // parked connections closed by a timeout
	Shed    uint64 // parked connections closed to make room, see Options.ShedIdle

	AcceptErrors    uint64 // temporary errors of the inner listener, absorbed
	HandshakeErrors uint64 // TLS handshakes that failed
}

// counters are independent tallies: nothing is ordered by them, so plain atomic adds are enough.
type counters struct {
	open, parked                               atomic.Int64
	parks, wakes, reaped, expired, shed, accpt atomic.Uint64
	handshakes                                 atomic.Uint64
}

func (c *counters) snapshot() Stats {
	return Stats{
		Open:    int(c.open.Load()),
		Parked:  int(c.parked.Load()),
		Parks:   c.parks.Load(),
		Wakes:   c.wakes.Load(),
		Reaped:  c.reaped.Load(),
		Expired: c.expired.Load(),
		Shed:    c.shed.Load(),

		AcceptErrors:    c.accpt.Load(),
		HandshakeErrors: c.handshakes.Load(),
	}
}

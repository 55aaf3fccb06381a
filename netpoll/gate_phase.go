package netpoll

import (
	"math"
	"time"
)

// attach is StateNew: a server that reports states has taken the connection.
func (g *gate) attach(other bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.other = other
	g.hooked.Store(true)
	if !g.l.hooked.Load() {
		g.l.hooked.Store(true)
	}
}

// busy is StateActive. A connection that was not seen waiting got its request out of the server's buffer.
func (g *gate) busy() {
	if !g.active { // a chain may have the hook twice
		g.active = true
		g.served.Add(1)
	}
	if ph := g.at(); ph != idle && ph != armed { // as ever: the server's own goroutine leads from one phase to the next
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if ph := g.at(); ph == idle || ph == armed {
		g.leave()
		g.restore()
	}
}

// idle is StateIdle.
func (g *gate) idle() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active = false
	if g.spent() || g.off {
		return
	}
	if g.method.pending() {
		g.method.forget()
	}
	if !g.hooked.Load() {
		g.hooked.Store(true)
	}
	g.to(idle)
}

// detach is StateHijacked: the connection belongs to the handler from now on.
func (g *gate) detach() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.off = true
	if !g.spent() {
		g.restore()
		g.to(passive)
	}
}

// interrupt is any call that an idle server does not make.
func (g *gate) interrupt() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.off = g.off || !g.hooked.Load()
	if !g.spent() && g.at() != passive {
		g.leave()
		g.restore()
	}
}

// touch is any other call. Where states are reported it means nothing.
func (g *gate) touch() {
	if g.at() == passive {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.disturb()
}

// disturb needs mu. It gives up the sequence nobody reports.
func (g *gate) disturb() {
	switch ph := g.at(); {
	case g.hooked.Load() || ph == fresh || ph == head || g.spent():
	case ph != passive:
		g.leave()
		g.restore()
	}
}

// leave needs mu. It gives up the sequence, and with it the knowledge of where requests begin.
func (g *gate) leave() {
	g.method.forget()
	g.early.got = false
	g.to(passive)
}

// restore needs mu.
func (g *gate) restore() {
	if g.short {
		g.short = false
		g.in.want(g.user)
	}
}

// arm needs mu. It takes the server's deadline for the next request and sets the earliest of that, our own
// timeout and, where parking is possible, the end of ParkAfter.
func (g *gate) arm(user moment) error {
	now := g.in.now()
	g.user = user
	g.limit = earliest(user, after(now, g.l.opt.IdleTimeout))
	g.to(armed)
	err := g.shorten(now, g.other || g.method.known)
	g.known = true
	return err
}

// waitFirst needs mu. It does the same before the first request, where nothing can be held above.
func (g *gate) waitFirst() {
	g.limit = earliest(g.user, after(moment(g.rec.accepted), g.l.opt.FirstByteTimeout))
	g.to(waiting)
	g.shorten(g.in.now(), true)
}

func (g *gate) shorten(now moment, park bool) error {
	end := g.limit
	g.parks = park && g.l.opt.ParkAfter > 0 && g.l.lot.willing()
	if g.parks {
		end = earliest(end, later(now, g.patience()))
	}
	g.short = end != g.user
	return g.in.want(end)
}

// patience needs mu. A connection that has not come back yet gets less of it: most of a crowd of new ones would otherwise be
// awake at the same time, and what the Go runtime keeps of them it keeps for good.
func (g *gate) patience() time.Duration {
	if g.known {
		return g.l.opt.ParkAfter
	}
	return g.l.opt.ParkAfter / 4
}

// after is d from m, or never where there is no d.
func after(m moment, d time.Duration) moment {
	if d <= 0 {
		return never
	}
	return later(m, d)
}

// later is d from m, or never where that is beyond all time.
func later(m moment, d time.Duration) moment {
	if m > math.MaxInt64-moment(d) {
		return never
	}
	return max(past, m+moment(d))
}

func earliest(a, b moment) moment {
	if a == never || b != never && b < a {
		return b
	}
	return a
}

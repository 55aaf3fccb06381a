package keepalive

import "time"

// A sweep ends links that were idle too long, or that the peer has closed. It
// runs only while there are idle links, and looks at a bounded number of them:
// the longest idle ones, whose peers are the likeliest to have closed.
const (
	sweepMost  = time.Second
	sweepLeast = 5 * time.Millisecond
	sweepLinks = 64
)

// watch is called with mu held.
func (o *origin) watch() {
	if o.timer {
		return
	}
	if o.open == 0 && len(o.dials) == 0 && len(o.waiters) == 0 {
		if left := o.worth(); left > 0 {
			o.timer = true
			time.AfterFunc(left, o.sweep)
			return
		}
		o.t.pools.forget(o)
		return
	}
	if o.idle == 0 {
		return // every link comes back by way of keep or lost
	}
	every := sweepMost
	for _, a := range o.addrs {
		if l := a.idle.front; l != nil {
			if idle, _ := o.idleLimit(l, time.Now()); idle > 0 {
				every = min(every, max(idle/8, sweepLeast))
			}
		}
	}
	o.timer = true
	time.AfterFunc(every, o.sweep)
}

// worth is called with mu held: how long what the origin knows is of use.
func (o *origin) worth() time.Duration {
	var until time.Time
	for _, a := range o.addrs {
		if a.until.After(until) {
			until = a.until
		}
	}
	return time.Until(until)
}

func (o *origin) sweep() {
	now := time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.timer = false
	for _, a := range o.addrs {
		looked := 0
		for l := a.idle.front; l != nil; {
			next := l.next
			idle, _ := o.idleLimit(l, now)
			r := l.over(now, idle)
			if r == noReason && looked < sweepLinks {
				looked++
				r = o.look(l, now)
			}
			if r != noReason {
				o.unlist(l)
				o.drop(l, r)
			}
			l = next
		}
	}
	o.prune()
	o.watch()
}

// look is called with mu held. What the server does with a link that has carried
// nothing says nothing of those that have.
func (o *origin) look(l *link, now time.Time) reason {
	closed, ago := l.Idle()
	if l.served > 0 {
		l.habit.saw(now.Sub(l.since), closed, ago, now)
	}
	if !closed {
		return noReason
	}
	return byPeer
}

// closeIdle ends all links that carry no request now.
func (o *origin) closeIdle() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, a := range o.addrs {
		for l := a.idle.front; l != nil; l = a.idle.front {
			o.unlist(l)
			o.drop(l, noReason)
		}
	}
	o.watch()
}

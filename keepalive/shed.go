package keepalive

import (
	"errors"
	"slices"
	"syscall"
	"time"
)

// shedTries bounds how often one dial has idle connections closed for it:
// others may take the files that it makes free.
const shedTries = 3

func outOfFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// shed closes the eighth of all idle connections that was idle longest, and
// reports whether there was one. It takes net/http's only when there are no
// others, since those it can only take all at once.
func (t *Transport) shed() bool {
	if n := t.trim(func(n int) int { return n - n/8 - 1 }); n > 0 {
		return true
	}
	if t.habits.recall() {
		return true
	}
	if t.conns.stats().Idle == 0 {
		return false
	}
	t.lanes.closeIdle()
	time.Sleep(time.Millisecond) // their readers let go of the files in a moment
	return true
}

// bound keeps Base.MaxIdleConns, over all hosts: by an eighth at once, since
// looking at all of them is what it costs. No origin is locked.
func (t *Transport) bound() {
	if most := t.base.MaxIdleConns; most > 0 && int(t.idleLinks.Load()) > most {
		t.trim(func(int) int { return most - most/8 })
	}
}

// trim closes the longest idle of our own connections, whosever they are, until
// so many are left, and returns how many there were.
func (t *Transport) trim(left func(n int) int) int {
	var since []time.Time
	all := t.origins()
	for _, o := range all {
		since = o.idleSince(since)
	}
	n := len(since)
	if most := max(left(n), 0); most < n {
		slices.SortFunc(since, time.Time.Compare)
		last := since[n-most-1]
		for _, o := range all {
			o.closeOlder(last)
		}
	}
	return n
}

func (o *origin) idleSince(to []time.Time) []time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, a := range o.addrs {
		for l := a.idle.front; l != nil; l = l.next {
			to = append(to, l.since)
		}
	}
	return to
}

// closeOlder ends the links that are idle since then or longer.
func (o *origin) closeOlder(then time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, a := range o.addrs {
		for l := a.idle.front; l != nil && !l.since.After(then); l = a.idle.front {
			o.unlist(l)
			o.drop(l, byIdle)
		}
	}
	o.watch()
}

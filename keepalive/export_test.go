package keepalive

import "time"

// Forgetful keeps a transport from learning a server's idle limit, for tests
// that need to meet it.
func Forgetful(t *Transport) { t.forgetful = true }

// Learn drives what an origin learns.
func Learn(times ...time.Duration) time.Duration {
	var le learned
	now := time.Now()
	for _, d := range times {
		le.closedAfter(d, now)
	}
	return le.limit(0, now)
}

// Hinted reads a Keep-Alive header.
var Hinted = hinted

// Forget has a transport forget what it learned of idle limits.
func Forget(t *Transport) {
	t.habits.mu.Lock()
	defer t.habits.mu.Unlock()
	for _, h := range t.habits.by {
		h.mu.Lock()
		h.learned = learned{}
		h.mu.Unlock()
	}
}

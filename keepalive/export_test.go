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
	return le.limit(now)
}

// Hinted reads a Keep-Alive header.
var Hinted = hinted

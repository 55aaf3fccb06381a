//go:build !linux || portable

package keepalive

import "net"

// control refuses what was asked for and is not there: an option that is
// silently missing is found in production, by its absence.
func (lc ListenConfig) control(*net.ListenConfig) error {
	switch {
	case lc.UserTimeout > 0:
		return unsupported("UserTimeout")
	case lc.DeferAccept > 0:
		return unsupported("DeferAccept")
	case lc.FastOpen > 0:
		return unsupported("FastOpen")
	case lc.Backlog > 0:
		return unsupported("Backlog")
	case lc.Congestion != "":
		return unsupported("Congestion")
	case lc.ReusePort:
		return unsupported("ReusePort")
	case lc.NotSentLowat > 0:
		return unsupported("NotSentLowat")
	}
	return nil
}

// setBacklog is never reached: control has refused.
func setBacklog(net.Listener, int) error { return unsupported("Backlog") }

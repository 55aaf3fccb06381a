//go:build linux && !portable

package keepalive

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// control sets the options before bind, so that the first connection has them:
// Linux copies them from the listener to each accepted socket.
func (lc ListenConfig) control(n *net.ListenConfig) error {
	opts := lc.options()
	if len(opts) > 0 {
		n.Control = func(_, _ string, raw syscall.RawConn) error { return control(raw, opts) }
	}
	return nil
}

func (lc ListenConfig) options() []sockopt {
	var opts []sockopt
	add := func(asked bool, o sockopt) {
		if asked {
			opts = append(opts, o)
		}
	}
	add(lc.UserTimeout > 0, userTimeoutOption(lc.UserTimeout))
	// The kernel counts retransmissions, so it rounds the seconds up.
	add(lc.DeferAccept > 0, tcpOption("TCP_DEFER_ACCEPT", unix.TCP_DEFER_ACCEPT, ceil(lc.DeferAccept, time.Second), atLeast))
	add(lc.FastOpen > 0, tcpOption("TCP_FASTOPEN", unix.TCP_FASTOPEN, lc.FastOpen, equal))
	add(lc.NotSentLowat > 0, tcpOption("TCP_NOTSENT_LOWAT", unix.TCP_NOTSENT_LOWAT, lc.NotSentLowat, equal))
	add(lc.ReusePort, sockopt{name: "SO_REUSEPORT", level: unix.SOL_SOCKET, opt: unix.SO_REUSEPORT, value: 1, enough: equal})
	add(lc.Congestion != "", sockopt{name: "TCP_CONGESTION", level: unix.IPPROTO_TCP, opt: unix.TCP_CONGESTION, text: lc.Congestion})
	return opts
}

func userTimeoutOption(d time.Duration) sockopt {
	return tcpOption("TCP_USER_TIMEOUT", unix.TCP_USER_TIMEOUT, ceil(d, time.Millisecond), equal)
}

func tcpOption(name string, opt, value int, enough func(want, got int) bool) sockopt {
	return sockopt{name: name, level: unix.IPPROTO_TCP, opt: opt, value: value, enough: enough}
}

func equal(want, got int) bool   { return got == want }
func atLeast(want, got int) bool { return got >= want }

// ceil counts units in d, rounded up: rounding down could make zero, which
// turns an option off.
func ceil(d, unit time.Duration) int { return int((d + unit - 1) / unit) }

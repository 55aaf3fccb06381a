//go:build linux && !portable

package keepalive

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// control sets the options before bind, so that the first connection has them:
// Linux copies them from the listener to each accepted socket.
func (lc ListenConfig) control(n *net.ListenConfig) error {
	opts := lc.options()
	if len(opts) > 0 || lc.Backlog > 0 {
		n.SetMultipathTCP(false)
	}
	if opts = append(opts, lc.probes()...); len(opts) > 0 {
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

// probes tries KeepAlive on the listener. Accept sets the same again through
// package net, which ignores what the kernel says.
func (lc ListenConfig) probes() []sockopt {
	if !lc.KeepAlive.Enable {
		return nil
	}
	ka := lc.KeepAlive
	opts := []sockopt{{name: "SO_KEEPALIVE", level: unix.SOL_SOCKET, opt: unix.SO_KEEPALIVE, value: 1, enough: equal}}
	for _, o := range []sockopt{
		tcpOption("TCP_KEEPIDLE", unix.TCP_KEEPIDLE, ceil(ka.Idle, time.Second), equal),
		tcpOption("TCP_KEEPINTVL", unix.TCP_KEEPINTVL, ceil(ka.Interval, time.Second), equal),
		tcpOption("TCP_KEEPCNT", unix.TCP_KEEPCNT, ka.Count, equal),
	} {
		if o.value > 0 {
			opts = append(opts, o)
		}
	}
	return opts
}

// setBacklog listens again: package net offers no backlog, and Linux takes the
// new one on a socket that listens already. The kernel clips it without a word,
// so it is read back, from where a listening socket has it in TCP_INFO.
func setBacklog(ln net.Listener, n int) error {
	o := sockopt{name: "backlog", value: n}
	sc, ok := ln.(syscall.Conn)
	if !ok {
		return o.wrap(errors.ErrUnsupported)
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return err
	}
	var lerr error
	if err := raw.Control(func(fd uintptr) { lerr = listenAgain(int(fd), o) }); err != nil {
		return err
	}
	return lerr
}

func listenAgain(fd int, o sockopt) error {
	if err := unix.Listen(fd, o.value); err != nil {
		return o.wrap(os.NewSyscallError("listen", err))
	}
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return o.wrap(os.NewSyscallError("getsockopt", err))
	}
	if got := int(info.Sacked); got != o.value { // sk_max_ack_backlog, see tcp_get_info
		return o.wrap(fmt.Errorf("the kernel made it %d, see sysctl net.core.somaxconn: %w", got, ErrNotApplied))
	}
	return nil
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

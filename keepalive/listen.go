package keepalive

import (
	"context"
	"errors"
	"net"
	"time"
)

// ErrNotApplied is returned when the kernel accepted a socket option but reads
// back another value than the one asked for.
var ErrNotApplied = errors.New("keepalive: socket option not applied")

// ListenConfig is a plain value, safe to copy, that opens a listener with TCP
// options that its connections inherit. Listen may be called concurrently. The
// zero value listens as [net.Listen] does.
//
// Every option is checked by reading it back. One that this system does not
// have makes Listen fail with an error that wraps [errors.ErrUnsupported];
// one that the kernel refuses, with an error that names it. With any option but
// KeepAlive the listener is a plain TCP one and not Multipath TCP, package net's
// default, on which kernels refuse some of them.
type ListenConfig struct {
	// KeepAlive is the TCP keep-alive of accepted connections, on every
	// system. A non-zero value with Enable false turns it off. On Linux a value
	// that the kernel refuses is an error here; package net would drop it at
	// each Accept, silently. Zero means package net's: 15 s idle, 15 s
	// interval, 9 probes.
	KeepAlive net.KeepAliveConfig

	// UserTimeout (TCP_USER_TIMEOUT) ends a connection whose data was not
	// acknowledged for that long. It must cover idle + interval × count of
	// KeepAlive. Zero means the kernel's choice, about 15 minutes.
	UserTimeout time.Duration

	// DeferAccept (TCP_DEFER_ACCEPT) holds a connection back from Accept until
	// its first byte, for about that long; whole seconds, rounded up. Zero
	// means off.
	DeferAccept time.Duration

	// FastOpen (TCP_FASTOPEN) is how many connections may wait with data in
	// their SYN. It takes effect only where sysctl net.ipv4.tcp_fastopen has
	// bit 2 set. Zero means off.
	FastOpen int

	// Backlog is how many connections may wait for Accept. More than sysctl
	// net.core.somaxconn is an error. Zero means somaxconn as it was when the
	// process first listened.
	Backlog int

	// Congestion (TCP_CONGESTION) names the congestion control, such as
	// "cubic". Zero means the system's.
	Congestion string

	// ReusePort (SO_REUSEPORT) lets several listeners share the address, the
	// kernel spreading connections over them. Zero means off.
	ReusePort bool

	// NotSentLowat (TCP_NOTSENT_LOWAT) is how many bytes not yet sent a socket
	// may hold and still be writable; a small value (128 KiB) keeps late
	// decisions possible on long streams. Zero means the system's.
	NotSentLowat int
}

// Listen announces on the local address; see [net.Listen] for network and addr.
func (lc ListenConfig) Listen(ctx context.Context, network, addr string) (net.Listener, error) {
	if err := lc.check(); err != nil {
		return nil, err
	}
	// Keep-alive goes through package net: it sets it at every Accept, over
	// whatever Control has set on the listener.
	n := net.ListenConfig{KeepAliveConfig: lc.KeepAlive}
	if lc.KeepAlive != (net.KeepAliveConfig{}) && !lc.KeepAlive.Enable {
		n.KeepAlive = -1
	}
	if err := lc.control(&n); err != nil {
		return nil, err
	}
	ln, err := n.Listen(ctx, network, addr)
	if err != nil || lc.Backlog == 0 {
		return ln, err
	}
	if err := setBacklog(ln, lc.Backlog); err != nil {
		_ = ln.Close()
		return nil, err
	}
	return ln, nil
}

func (lc ListenConfig) check() error {
	const cure = "use zero to leave it to the system"
	if err := checkOptions(
		option{"ListenConfig.UserTimeout", lc.UserTimeout, lc.UserTimeout < 0, cure},
		option{"ListenConfig.DeferAccept", lc.DeferAccept, lc.DeferAccept < 0, cure},
		option{"ListenConfig.FastOpen", lc.FastOpen, lc.FastOpen < 0, cure},
		option{"ListenConfig.Backlog", lc.Backlog, lc.Backlog < 0, cure},
		option{"ListenConfig.NotSentLowat", lc.NotSentLowat, lc.NotSentLowat < 0, cure},
	); err != nil {
		return err
	}
	ka := lc.KeepAlive
	if ka == (net.KeepAliveConfig{}) {
		ka.Enable = true
	}
	return checkUserTimeout(lc.UserTimeout, ka)
}

package keepalive

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// ErrUserTimeout is returned for a UserTimeout that would end a healthy idle
// connection after one lost probe: TCP_USER_TIMEOUT overrides the probe count
// (tcp(7)), so it must not be below idle + interval × count.
var ErrUserTimeout = errors.New("keepalive: UserTimeout is below KeepAlive's idle + interval × count")

func checkUserTimeout(d time.Duration, ka net.KeepAliveConfig) error {
	if need := probeSpan(ka); d > 0 && d < need {
		return fmt.Errorf("%w: %v < %v; raise UserTimeout or shorten KeepAlive", ErrUserTimeout, d, need)
	}
	return nil
}

// probeSpan is how long TCP keep-alive takes to give up. Zero fields mean what
// package net sets, negative ones what Linux does unless told otherwise.
func probeSpan(ka net.KeepAliveConfig) time.Duration {
	if !ka.Enable {
		return 0
	}
	count := pick(time.Duration(ka.Count), 9, 9)
	return pick(ka.Idle, 15*time.Second, 2*time.Hour) + count*pick(ka.Interval, 15*time.Second, 75*time.Second)
}

func pick(v, zero, negative time.Duration) time.Duration {
	switch {
	case v == 0:
		return zero
	case v < 0:
		return negative
	}
	return v
}

func (t *Transport) keepAlive() net.KeepAliveConfig {
	if t.KeepAlive == (net.KeepAliveConfig{}) {
		return net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3}
	}
	return t.KeepAlive
}

// setOptions runs once for each dialed TCP connection, before its first byte.
func (t *Transport) setOptions(c *net.TCPConn) error {
	if t.foreignDialer() && t.KeepAlive != (net.KeepAliveConfig{}) {
		if err := c.SetKeepAliveConfig(t.KeepAlive); err != nil {
			return err
		}
	}
	d := t.UserTimeout
	if d == 0 && userTimeoutKnown {
		d = t.defaultUserTimeout()
	}
	if d <= 0 {
		return nil
	}
	return setUserTimeout(c, d)
}

// defaultUserTimeout leaves the kernel's choice where the probes are not ours:
// Base's dialer may have set longer ones.
func (t *Transport) defaultUserTimeout() time.Duration {
	if t.foreignDialer() && t.KeepAlive == (net.KeepAliveConfig{}) {
		return 0
	}
	return probeSpan(t.keepAlive())
}

func (t *Transport) foreignDialer() bool {
	//lint:ignore SA1019 net/http still honours Dial, and so must we
	return t.Base != nil && (t.Base.DialContext != nil || t.Base.Dial != nil)
}

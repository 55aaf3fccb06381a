package netpoll

import (
	"cmp"
	"fmt"
	"net"
	"time"
)

// Options says when a Listener parks and for how long. It is a plain value, which Listen copies: changing it later has no
// effect. A negative number is refused where its field does not say what it means.
type Options struct {
	// ParkAfter is how long a connection must have been idle before it is parked. A park and a wake together cost
	// about as much as a request, so it should be longer than the pauses of a busy client. The Go runtime keeps about
	// 2.5 kB for good of each connection that was ever awake at the same time as the others, which is what shorter saves.
	// For the same reason a new connection is parked after a quarter of it, before its first request and after: a client
	// that is slower than that at first pays for at most two parks. Negative means that nothing is parked. Zero means 200 ms, more than the round trip to nearly any client.
	ParkAfter time.Duration

	// IdleTimeout bounds the time between two requests, parked or not. The server's own bound (http.Server.IdleTimeout,
	// which reaches the connection as a read deadline) holds as well, also while parked; the earlier one ends the
	// connection. Zero means that only the server's own holds.
	IdleTimeout time.Duration

	// FirstByteTimeout bounds the time from accept to the first byte of the first request. http.Server.ReadHeaderTimeout
	// holds as well; the earlier one ends the connection. Negative means no bound. Zero means 30 seconds.
	FirstByteTimeout time.Duration

	// MaxConns bounds the connections open at once, parked ones included. At the bound new ones wait in the kernel's
	// queue, or take the place of parked ones: see ShedIdle. Connections passed through untouched are not counted. Zero
	// means no bound but the process's fd limit.
	MaxConns int

	// ShedIdle closes the connection that has been parked longest to make room for a new one, at MaxConns and at the
	// process's fd limit. Zero means that new connections wait.
	ShedIdle bool

	// HandshakeTimeout bounds the TLS handshake of a ListenTLS connection. Zero means ten seconds.
	HandshakeTimeout time.Duration

	// OnlyCryptoTLS leaves every session with crypto/tls for as long as its connection lives. A parked one then costs some 9 kB in
	// place of less than 1, because crypto/tls cannot give a session up and take it back. Zero means that after the handshake,
	// which is always crypto/tls's, a TLS 1.3 session with AES-GCM goes on with a record layer of this package: who wants no
	// more than crypto/tls has Listen and ServeTLS, and ListenTLS is there to hold many connections.
	OnlyCryptoTLS bool

	// HandshakeError is told of each TLS handshake that failed, for logging, after nc was closed: with a *PanicError where
	// a function of the tls.Config has panicked. It is called from several goroutines. Zero means that they are only counted.
	HandshakeError func(nc net.Conn, err error)
}

const (
	defaultParkAfter        = 200 * time.Millisecond
	defaultFirstByteTimeout = 30 * time.Second
	defaultHandshakeTimeout = 10 * time.Second // ServeTLS has none unless ReadTimeout or its like is set
)

// notNegative is the error of a field that is. zero is what zero means.
func notNegative[T int | time.Duration](field string, v T, zero string) error {
	if v >= 0 {
		return nil
	}
	return fmt.Errorf("netpoll: %s is %v; it must not be negative, zero means %s", field, v, zero)
}

func (o *Options) check() error {
	return cmp.Or(
		notNegative("Options.IdleTimeout", o.IdleTimeout, "only the server's own"),
		notNegative("Options.MaxConns", o.MaxConns, "no bound"),
		notNegative("Options.HandshakeTimeout", o.HandshakeTimeout, defaultHandshakeTimeout.String()),
	)
}

func (o *Options) withDefaults() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	if c.ParkAfter == 0 {
		c.ParkAfter = defaultParkAfter
	}
	if c.FirstByteTimeout == 0 {
		c.FirstByteTimeout = defaultFirstByteTimeout
	}
	if c.HandshakeTimeout == 0 {
		c.HandshakeTimeout = defaultHandshakeTimeout
	}
	return c, c.check()
}

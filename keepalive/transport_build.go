package keepalive

import (
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// ErrBase is returned by every request of a [Transport] whose Base it cannot
// follow; the text says what to change.
var ErrBase = errors.New("keepalive: Transport.Base cannot be used")

const (
	defaultMaxAge      = 10 * time.Minute
	defaultIdleTimeout = 55 * time.Second
)

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// build runs once, at the first request; its error belongs to every request.
func (t *Transport) build() {
	if t.err = t.check(); t.err != nil {
		return
	}
	age := t.MaxAge
	if age == 0 {
		age = defaultMaxAge
	}
	t.life = lifetime{age: age, jitter: t.Jitter}
	t.base = t.cloneBase()
	t.limits(t.base)
	lean := wire.Supported && !t.base.DisableKeepAlives
	if p := t.base.Protocols; p != nil {
		t.h2c = p.UnencryptedHTTP2() && !p.HTTP1()
		lean = lean && !p.UnencryptedHTTP2() && p.HTTP1()
	}
	t.lean.Store(lean)
	t.compress = !t.base.DisableCompression
	t.idle = t.base.IdleConnTimeout
	t.ownDialer = t.foreignDialer()
	t.wire = wire.Config{
		MaxHeaderBytes: t.base.MaxResponseHeaderBytes,
		HeaderTimeout:  t.base.ResponseHeaderTimeout,
		ReadBuffer:     t.base.ReadBufferSize,
	}
	dial := t.bounded(t.dialer(t.base))
	t.dial = dial
	if t.backends != nil {
		t.base.Proxy = nil
		dial = t.backends.toBackend
	}
	t.lanes.make = func(l *lane) *http.Transport {
		rt := t.base.Clone()
		rt.DialContext = t.follow(l, dial)
		return rt
	}
}

func (t *Transport) check() error {
	b := t.Base
	//lint:ignore SA1019 a deprecated field that is set must be refused, not ignored
	if b != nil && (b.DialTLSContext != nil || b.DialTLS != nil) {
		return errors.Join(ErrBase, errors.New("keepalive: set Base.DialContext and Base.TLSClientConfig instead of DialTLSContext"))
	}
	if err := checkOptions(
		jitterOption("Transport", t.Jitter),
		option{"Transport.MaxRequests", t.MaxRequests, t.MaxRequests < 0, "use zero for no limit"},
		option{"Transport.Order", t.Order, t.Order > FIFO, "use LIFO or FIFO"},
	); err != nil {
		return err
	}
	return checkUserTimeout(t.UserTimeout, t.keepAlive())
}

// cloneBase keeps HTTP/2 where Base had it: net/http turns it off for a
// transport with a DialContext (which follow adds) unless told otherwise.
func (t *Transport) cloneBase() *http.Transport {
	if t.Base == nil {
		return &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			ForceAttemptHTTP2:     true,
			TLSHandshakeTimeout:   10 * time.Second,
			ExpectContinueTimeout: time.Second,
		}
	}
	// Clone runs Base's own HTTP/2 decision first; its outcome can be read
	// from Base afterwards and is not written again.
	c := t.Base.Clone()
	if _, ok := t.Base.TLSNextProto["h2"]; ok {
		c.ForceAttemptHTTP2 = true
	}
	return c
}

func (t *Transport) limits(c *http.Transport) {
	if t.IdleTimeout != 0 {
		c.IdleConnTimeout = max(t.IdleTimeout, 0)
	} else if c.IdleConnTimeout == 0 {
		c.IdleConnTimeout = defaultIdleTimeout
	}
	if t.MaxIdle != 0 {
		c.MaxIdleConnsPerHost = max(t.MaxIdle, 0)
	}
	if c.MaxIdleConnsPerHost == 0 {
		// net/http's zero is 2: it closes what the third worker gives back.
		c.MaxIdleConnsPerHost = math.MaxInt
	}
	if t.MaxConns != 0 {
		c.MaxConnsPerHost = max(t.MaxConns, 0)
	}
}

// dialer prefers Base's own, which is then responsible for its keep-alive
// unless Transport.KeepAlive asks for one.
func (t *Transport) dialer(c *http.Transport) dialFunc {
	if c.DialContext != nil {
		return c.DialContext
	}
	//lint:ignore SA1019 net/http still honours Dial, and so must we
	if dial := c.Dial; dial != nil {
		return func(_ context.Context, network, addr string) (net.Conn, error) { return dial(network, addr) }
	}
	d := &net.Dialer{Timeout: 30 * time.Second, KeepAliveConfig: t.keepAlive(), Resolver: t.Resolver}
	if !d.KeepAliveConfig.Enable {
		d.KeepAlive = -1 // a zero KeepAlive would turn probes on again
	}
	return d.DialContext
}

// bounded gives a SYN what UserTimeout gives all that follows it.
func (t *Transport) bounded(dial dialFunc) dialFunc {
	if t.UserTimeout <= 0 {
		return dial
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, t.UserTimeout)
		defer cancel()
		return dial(ctx, network, addr)
	}
}

func (t *Transport) resolver() *net.Resolver {
	if t.Resolver != nil {
		return t.Resolver
	}
	return net.DefaultResolver
}

func (t *Transport) maxIdle() int { return t.base.MaxIdleConnsPerHost }

// maxConns is 0 for no limit.
func (t *Transport) maxConns() int { return t.base.MaxConnsPerHost }

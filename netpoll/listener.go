package netpoll

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A Listener is a net.Listener whose idle connections wait without a goroutine. It is safe for concurrent use.
//
// It owns the inner listener and every parked connection; Close closes all of them. A connection that Accept has
// returned belongs to the server until the server closes it.
type Listener struct {
	inner net.Listener
	opt   Options
	start time.Time // what record.accepted and the timeouts of parked connections count from
	lot   *lot
	count counters
	ids   idSource

	once    sync.Once
	arrived chan arrival
	done    chan struct{} // closed by Close
	room    chan struct{} // a connection has ended while MaxConns holds new ones back

	tls     *tls.Config // of ListenTLS
	watched *tls.Config // the same, for handshakes whose session may be taken over

	ctx    context.Context // of handshakes; ends with Close
	cancel context.CancelFunc

	hooked atomic.Bool // some server reports states

	closing  sync.Once
	closeErr error
}

// arrival is what Accept returns next.
type arrival struct {
	nc  net.Conn
	err error
}

// backlog lets the two sources of Accept, new and woken connections, run ahead of it by a little.
const backlog = 64

// Listen returns a Listener over inner, or an error if o is not right or the system has no descriptor left. A nil o is the
// zero Options. Close it, also when Accept was never called.
func Listen(inner net.Listener, o *Options) (*Listener, error) {
	if inner == nil {
		panic("netpoll: Listen needs a listener, for example the one net.Listen returns")
	}
	opt, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	l := &Listener{
		inner:   inner,
		opt:     opt,
		start:   time.Now(),
		arrived: make(chan arrival, backlog),
		done:    make(chan struct{}),
		room:    make(chan struct{}, 1),
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	lot, err := newLot(l)
	if err != nil {
		l.cancel()
		return nil, err
	}
	l.lot = lot
	return l, nil
}

// Accept returns the next connection: a new one, or a parked one on which the peer has sent something. It comes as a Conn,
// but as the inner listener returned it where it speaks TLS by itself or shows no fd, and as a *tls.Conn where ListenTLS
// says so. Accept returns no temporary error; those are counted and waited out.
func (l *Listener) Accept() (net.Conn, error) {
	if l.isClosed() {
		return nil, ErrClosed
	}
	l.once.Do(func() {
		go l.acceptLoop()
	})
	select {
	case a := <-l.arrived:
		if a.nc != nil && l.isClosed() {
			a.nc.Close()
			return nil, ErrClosed
		}
		if g, ok := a.nc.(gated); ok && !l.hooked.Load() {
			g.gateOf().direct = acceptedByHTTP()
		}
		return a.nc, a.err
	case <-l.done:
		return nil, ErrClosed
	}
}

// Addr is the inner listener's address.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Stats reads the counters. It takes no lock.
func (l *Listener) Stats() Stats { return l.count.snapshot() }

// CloseIdle closes every connection parked now. Server.SetKeepAlivesEnabled(false) does not reach those: call both.
func (l *Listener) CloseIdle() { l.lot.clear() }

// Close closes the inner listener and every parked connection. Connections held by a server stay; from now on none is
// parked. Server.Shutdown and Server.Close call it first thing.
func (l *Listener) Close() error {
	l.closing.Do(func() {
		close(l.done)
		l.cancel()
		l.closeErr = l.inner.Close()
		l.lot.close()
		l.discard()
	})
	return l.closeErr
}

// left counts connections that have ended.
func (l *Listener) left(n int64) {
	l.count.open.Add(-n)
	l.makeRoom()
}

// makeRoom tells awaitRoom to look again.
func (l *Listener) makeRoom() {
	if l.opt.MaxConns > 0 {
		select {
		case l.room <- struct{}{}:
		default:
		}
	}
}

func (l *Listener) isClosed() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// offer hands a connection or an error to Accept. It blocks while Accept lags behind.
func (l *Listener) offer(a arrival) {
	select {
	case l.arrived <- a:
		if l.isClosed() { // Close may have discarded before this send
			l.discard()
		}
	case <-l.done:
		a.discard()
	}
}

func (l *Listener) discard() {
	for {
		select {
		case a := <-l.arrived:
			a.discard()
		default:
			return
		}
	}
}

func (a arrival) discard() {
	if a.nc != nil {
		a.nc.Close()
	}
}

package netpoll

import (
	"crypto/tls"
	"net"
	"net/http"
)

// ConnState is the hook by which the Listener learns that a connection is idle: set srv.ConnState = l.ConnState, or call
// it from a hook of your own. Without it connections pass through and are never parked. It may be called concurrently.
func (l *Listener) ConnState(nc net.Conn, s http.ConnState) {
	g := l.find(nc)
	if g == nil {
		return
	}
	switch s {
	case http.StateNew:
		g.attach()
	case http.StateActive:
		g.served.Add(1)
		g.busy()
	case http.StateIdle:
		g.idle()
	case http.StateHijacked:
		g.detach()
	}
}

// Install makes srv tell the Listener about its connections. A hook already in srv.ConnState is kept and called
// after ours, so that it sees Served counted. Call it before srv.Serve.
func (l *Listener) Install(srv *http.Server) {
	prev := srv.ConnState
	if prev == nil {
		srv.ConnState = l.ConnState
		return
	}
	srv.ConnState = func(nc net.Conn, s http.ConnState) {
		l.ConnState(nc, s)
		prev(nc, s)
	}
}

// find looks below the wrappers of listeners around this one. It stops at TLS: what is read from a socket below TLS says
// nothing of the requests above, and giving up the conn would lose the session's keys.
func (l *Listener) find(nc net.Conn) *gate {
	for nc != nil {
		if c, ok := nc.(gated); ok {
			if g := c.gateOf(); g.l == l {
				return g
			}
		}
		if _, ok := nc.(interface{ ConnectionState() tls.ConnectionState }); ok {
			return nil
		}
		u, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			return nil
		}
		nc = u.NetConn()
	}
	return nil
}

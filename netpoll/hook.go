package netpoll

import (
	"crypto/tls"
	"net"
	"net/http"
)

// ConnState is the hook by which the Listener learns that a connection of an http.Server is idle: set
// srv.ConnState = l.ConnState, or call it from a hook of your own. It may be called concurrently.
//
// Where a server's hook is out of reach, idle is what the whole sequence of net/http's calls at the end of a request
// shows, provided that its Serve called Accept on this very Listener. That finds a little less: after a handler that left
// its request's body unread, and after a request that came before the last was answered, a connection waits in its
// goroutine.
func (l *Listener) ConnState(nc net.Conn, s http.ConnState) { l.report(nc, s, false) }

// StateHook returns the hook for a server that is not net/http's and reports the same states under a type of its own, as
// fasthttp does:
//
//	srv.ConnState = netpoll.StateHook[fasthttp.ConnState](l)
//
// The server must wait for each request with the same buffer size as for the first, and answer a read error there by
// closing; ErrParked also is net.ErrClosed, to which fasthttp answers nothing.
func StateHook[S ~int](l *Listener) func(net.Conn, S) {
	return func(nc net.Conn, s S) { l.report(nc, http.ConnState(s), true) }
}

func (l *Listener) report(nc net.Conn, s http.ConnState, other bool) {
	g := l.find(nc)
	if g == nil {
		return
	}
	switch s {
	case http.StateNew:
		g.attach(other)
	case http.StateActive:
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

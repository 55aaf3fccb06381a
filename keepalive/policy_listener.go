package keepalive

import "net"

// Listener returns ln with what only the connection itself can do: a last look
// for bytes before an idle close, a close that lets the client read its answer
// (Linger), and a reset for a client that timed out (ResetTimedOut).
//
//	policy.Configure(srv)
//	err := srv.Serve(policy.Listener(ln))
//
// It wraps connections that are exactly a *net.TCPConn; any other passes
// through as it is. So it stands around the TCP listener itself. Around a
// listener that parks connections it does nothing, and inside of one it keeps
// the connections from being parked whole: choose one of the two.
func (p *Policy) Listener(ln net.Listener) net.Listener {
	p.once.Do(p.prepare)
	return &policyListener{Listener: ln, policy: p}
}

type policyListener struct {
	net.Listener
	policy *Policy
}

// Accept waits for the next connection.
func (l *policyListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	tc, ok := c.(*net.TCPConn)
	if err != nil || !ok {
		return c, err
	}
	pc := &policyConn{TCPConn: tc, policy: l.policy}
	if l.policy.limited {
		pc.life = l.policy.open(tc)
	}
	return pc, nil
}

// KeepAlive is the Keep-Alive header's value, "" for none. It is for a server
// that is not an [http.Server], such as fasthttp's; see Last.
func (p *Policy) KeepAlive() string {
	p.once.Do(p.prepare)
	if p.advert == nil {
		return ""
	}
	return p.advert[0]
}

// Last counts one request on c and reports whether its answer must end the
// connection. It is for a server that is not an [http.Server]; where there are
// limits, c must come from Listener:
//
//	if policy.Last(ctx.Conn()) { // fasthttp
//		ctx.SetConnectionClose()
//	}
func (p *Policy) Last(c net.Conn) bool {
	p.once.Do(p.prepare)
	end := p.draining.Load()
	if p.limited {
		life := p.lifeOf(c)
		if life == nil {
			panic("keepalive: Policy.Last got a connection that is not from Policy.Listener: serve on policy.Listener(ln)")
		}
		end = life.spend(p) || end // spend counts, so it always runs
	}
	return end
}

// lifeOf finds the account that Accept has opened, below TLS too: it reads facts only.
func (p *Policy) lifeOf(c net.Conn) *connLife {
	for c != nil {
		if pc, ok := c.(*policyConn); ok && pc.policy == p {
			return pc.life
		}
		inner, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		c = inner.NetConn()
	}
	return nil
}

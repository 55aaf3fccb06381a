package zerocopy

import "net"

// Announce promises that the next write on c is a header and that a [Body]
// follows: if it is short it is kept, to leave with the body in one call. It is for
// adapters to servers other than net/http's; handlers have [Reply]. Whatever
// else happens on c lets the header go first. release, which must be called
// when the response has ended, does so too. On a conn that is not of a
// [Listener], above all a *tls.Conn, nothing is kept.
func Announce(c net.Conn) (release func()) {
	core := coreOf(c)
	if core == nil {
		return nothing
	}
	core.announce()
	return func() { core.release() }
}

func coreOf(c net.Conn) *core {
	switch c := c.(type) {
	case *tcpConn:
		return c.core
	case *unixConn:
		return c.core
	}
	return nil
}

func nothing() {}

package zerocopy

import (
	"net"
	"net/http"
	"runtime"
	"sync"
	"weak"
)

// cores finds the core of a conn by the pointer of its local address, the one
// thing of a conn that net/http shows to every handler. The values are weak and
// the entries removed when a core is closed or collected: a conn that was lost
// without Close is still closed by the runtime, as it would be without us.
var cores sync.Map // net.Addr (pointer) → weak.Pointer[core]

// register gives c an address of its own: the inner conn might share one
// among many. It is called once, before c is seen by anyone.
func (c *core) register() {
	switch a := c.nc.LocalAddr().(type) {
	case *net.TCPAddr:
		own := *a
		c.local = &own
	case *net.UnixAddr:
		own := *a
		c.local = &own
	default:
		c.local = a
		return
	}
	cores.Store(c.local, weak.Make(c))
	c.forget = runtime.AddCleanup(c, func(a net.Addr) { cores.Delete(a) }, c.local)
}

func (c *core) unregister() {
	c.forget.Stop()
	cores.Delete(c.local)
}

// lookup returns the core that r came in on, if the conn writes r's response as
// it is: not below TLS, and not shared by the streams of HTTP/2. r may be nil.
func lookup(r *http.Request) *core {
	if r == nil || r.TLS != nil || r.ProtoMajor != 1 {
		return nil
	}
	switch a := r.Context().Value(http.LocalAddrContextKey).(type) {
	case *net.TCPAddr, *net.UnixAddr:
		if p, ok := cores.Load(a); ok {
			return p.(weak.Pointer[core]).Value()
		}
	}
	return nil
}

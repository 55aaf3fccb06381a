package netpoll

import (
	"crypto/tls"
	"net"
	"testing"
)

// find walks down to the Listener's own connection, and never through TLS or to another Listener's.
func TestFind(t *testing.T) {
	l, other := &Listener{}, &Listener{}
	c := l.wrap(new(net.TCPConn), record{}, false)
	g := c.(gated).gateOf()
	for _, tt := range []struct {
		name string
		nc   net.Conn
		want *gate
	}{
		{"itself", c, g},
		{"wrapped", unwrappable{unwrappable{c}}, g},
		{"below TLS", tls.Server(c, nil), nil},
		{"below wrapped TLS", unwrappable{tls.Server(c, nil)}, nil},
		{"opaque", struct{ net.Conn }{c}, nil},
		{"another's", other.wrap(new(net.TCPConn), record{}, false), nil},
		{"nothing", unwrappable{nil}, nil},
	} {
		if got := l.find(tt.nc); got != tt.want {
			t.Errorf("%s: found %p, want %p", tt.name, got, tt.want)
		}
	}
}

type unwrappable struct{ net.Conn }

func (u unwrappable) NetConn() net.Conn { return u.Conn }

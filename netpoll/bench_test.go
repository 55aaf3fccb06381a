package netpoll_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/hotpath-go/hotpath/netpoll"
)

// roundTrip is the client side of the benchmarks: one request, the answer's bytes read and dropped.
type roundTrip struct {
	c  net.Conn
	br *bufio.Reader
}

func newRoundTrip(c net.Conn) *roundTrip {
	return &roundTrip{c, bufio.NewReader(c)}
}

func (r *roundTrip) do(b *testing.B) {
	io.WriteString(r.c, getHello)
	resp, err := http.ReadResponse(r.br, nil)
	if err != nil {
		b.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
}

func plainHello(b *testing.B) net.Listener {
	l := listenOn(b, "tcp")
	run(b, &http.Server{Handler: hello}, l)
	return l
}

// A connection that never pauses, client included.
func BenchmarkBusy(b *testing.B) {
	busy(b, plainHello(b), serve(b, nil, hello), dial)
}

// The same with TLS 1.3.
func BenchmarkBusyTLS(b *testing.B) {
	inner := listenOn(b, "tcp")
	run(b, &http.Server{Handler: hello}, tls.NewListener(inner, serverTLS))
	busy(b, inner, serveTLS(b, serverTLS, nil, hello), func(t testing.TB, l net.Listener) net.Conn { return dialTLS(t, l, 0) })
}

func busy(b *testing.B, plain, parking net.Listener, dial func(testing.TB, net.Listener) net.Conn) {
	for _, bb := range []struct {
		name string
		l    net.Listener
	}{
		{"nethttp", plain},
		{"netpoll", parking},
	} {
		b.Run(bb.name, func(b *testing.B) {
			r := newRoundTrip(dial(b, bb.l))
			b.ReportAllocs()
			for b.Loop() {
				r.do(b)
			}
		})
	}
}

// A connection that is parked whenever it is idle, however briefly: the price of a park, a wake and a request where
// parks/op is 1.
func BenchmarkParkWake(b *testing.B) {
	l := serve(b, &netpoll.Options{ParkAfter: soon}, hello)
	b.Run("nethttp", func(b *testing.B) {
		r := newRoundTrip(dial(b, plainHello(b)))
		b.ReportAllocs()
		for b.Loop() {
			r.do(b)
		}
	})
	b.Run("netpoll", func(b *testing.B) {
		r := newRoundTrip(dial(b, l))
		b.ReportAllocs()
		before := l.Stats().Parks
		for b.Loop() {
			r.do(b)
		}
		b.ReportMetric(float64(l.Stats().Parks-before)/float64(b.N), "parks/op")
	})
}

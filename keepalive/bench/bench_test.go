package bench

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkRoundTrip is one worker, client and server in one process; the
// figures of the README come from ./measure.
func BenchmarkRoundTrip(b *testing.B) {
	for name, peer := range Peers {
		b.Run(name, func(b *testing.B) {
			s := httptest.NewServer(http.HandlerFunc(Handler))
			defer s.Close()
			p := peer()
			defer p.RoundTripper.(interface{ CloseIdleConnections() }).CloseIdleConnections()
			b.ReportAllocs()
			for b.Loop() {
				if err := Get(p, s.URL); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

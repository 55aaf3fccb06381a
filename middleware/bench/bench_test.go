package bench

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Every peer finds every route with the right value: what is compared is the same work.
func TestPeersAgree(t *testing.T) {
	for _, c := range Cases() {
		for _, p := range Peers() {
			h, w := p.Build(c.Routes), NewNull()
			for _, want := range c.Requests[:512] {
				before, r := Sink, httptest.NewRequest(want.Method, want.Path, nil)
				h.ServeHTTP(w, r)
				if w.Status != 0 && w.Status != http.StatusOK {
					t.Fatalf("%s, %s: %v: status %d", p.Name, c.Name, want, w.Status)
				}
				if Sink == before && c.Name == "20 parameters" {
					t.Fatalf("%s, %s: %v: nothing was read", p.Name, c.Name, want)
				}
			}
		}
	}
}

func BenchmarkAll(b *testing.B) {
	for _, r := range Rows() {
		b.Run(r.Case+"/"+r.Name, func(b *testing.B) {
			b.ReportAllocs()
			r.loop(b.N)
		})
	}
}

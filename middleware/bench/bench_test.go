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

// What is compared is the same answer, for every address that is asked for.
func TestAddressTablesAgree(t *testing.T) {
	ways := AddressTables()
	for i := 0; i < len(ways); i += 2 {
		held := 0
		for _, a := range ways[i].Asked {
			got, want := ways[i].Holds(a), ways[i+1].Holds(a)
			if got != want {
				t.Fatalf("%s, %s: %t, bart says %t", ways[i].Case, a, got, want)
			}
			if want {
				held++
			}
		}
		if held < len(ways[i].Asked)/2 {
			t.Errorf("%s: only %d addresses are held", ways[i].Case, held)
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

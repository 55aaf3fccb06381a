package ipfilter_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/hotpath-go/hotpath/middleware/ipfilter"
)

func proxies(t testing.TB, o ipfilter.ProxyOptions) *ipfilter.Proxies {
	t.Helper()
	p, err := ipfilter.NewProxies(&o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func from(remote string, forwarded ...string) *http.Request {
	return &http.Request{Method: "GET", RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": forwarded}}
}

func TestClient(t *testing.T) {
	trusting := proxies(t, ipfilter.ProxyOptions{Trusted: prefixes("10.0.0.0/8", "fd00::/8"), Local: true})
	wary := proxies(t, ipfilter.ProxyOptions{Trusted: prefixes("10.0.0.0/8")})
	for _, tt := range []struct {
		name string
		p    *ipfilter.Proxies
		r    *http.Request
		want string
	}{
		{"nobody is trusted", nil, from("192.0.2.1:80", "6.6.6.6"), "192.0.2.1"},
		{"a stranger's word", trusting, from("192.0.2.1:80", "6.6.6.6"), "192.0.2.1"},
		{"a proxy's word", trusting, from("10.0.0.1:80", "192.0.2.1"), "192.0.2.1"},
		{"spoofed before it", trusting, from("10.0.0.1:80", "6.6.6.6, 192.0.2.1"), "192.0.2.1"},
		{"spoofed as a proxy", trusting, from("10.0.0.1:80", "10.9.9.9, 192.0.2.1"), "192.0.2.1"},
		{"spoofed in a line of its own", trusting, from("10.0.0.1:80", "6.6.6.6", "192.0.2.1"), "192.0.2.1"},
		{"two proxies", trusting, from("10.0.0.1:80", "6.6.6.6, 192.0.2.1,10.0.0.2"), "192.0.2.1"},
		{"two proxies, two lines", trusting, from("10.0.0.1:80", "192.0.2.1", "10.0.0.2"), "192.0.2.1"},
		{"only proxies", trusting, from("10.0.0.1:80", "10.0.0.3, 10.0.0.2"), "10.0.0.3"},
		{"no header", trusting, from("10.0.0.1:80"), "10.0.0.1"},
		{"empty elements", trusting, from("10.0.0.1:80", "192.0.2.1, ,", ""), "192.0.2.1"},
		{"unknown", trusting, from("10.0.0.1:80", "192.0.2.1, unknown"), "invalid IP"},
		{"unknown, and that is the client's own", trusting, from("10.0.0.1:80", "unknown, 192.0.2.1"), "192.0.2.1"},
		{"IPv6", trusting, from("[fd00::1]:80", "2001:db8::1"), "2001:db8::1"},
		{"IPv6 with port", trusting, from("[fd00::1%eth0]:80", "[2001:db8::1]:443"), "2001:db8::1"},
		{"IPv6 with zone and port", nil, from("[fe80::1%eth0]:80"), "fe80::1"},
		{"IPv6 with zone", trusting, from("10.0.0.1:80", "fe80::1%eth0"), "fe80::1"},
		{"IPv6 in brackets", trusting, from("[fd00::1]:80", "[2001:db8::1]"), "2001:db8::1"},
		{"IPv4 with port", trusting, from("[::ffff:10.0.0.1]:80", "192.0.2.1:443"), "192.0.2.1"},
		{"mapped", trusting, from("10.0.0.1:80", "::ffff:192.0.2.1"), "192.0.2.1"},
		{"Unix socket", trusting, from("@", "192.0.2.1"), "192.0.2.1"},
		{"Unix socket, untrusted", wary, from("@", "192.0.2.1"), "invalid IP"},
		{"Unix socket, nobody trusted", nil, from("", "192.0.2.1"), "invalid IP"},
	} {
		if got := tt.p.Client(tt.r).String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	other := proxies(t, ipfilter.ProxyOptions{Trusted: prefixes("10.0.0.0/8"), Header: "x-real-ip"})
	r := from("10.0.0.1:80", "6.6.6.6")
	r.Header["X-Real-Ip"] = []string{"192.0.2.7"}
	if got := other.Client(r).String(); got != "192.0.2.7" {
		t.Errorf("X-Real-Ip: %s", got)
	}
}

// Whatever a client sends, the proxies append its address to it: that is the answer.
func TestNoSpoofWins(t *testing.T) {
	p := proxies(t, ipfilter.ProxyOptions{Trusted: prefixes("10.0.0.0/8")})
	rnd := rand.New(rand.NewPCG(rand.Uint64(), 0))
	pieces := []string{"10.0.0.9", "6.6.6.6", ",", ", ", " ", "\t", "unknown", "[::1]", "::", "10.0.0.9:1", "\"", ";", "for=", "%", "", "[", "]", "\x00"}
	for range 20_000 {
		var lines []string
		for range rnd.IntN(3) {
			var b strings.Builder
			for range rnd.IntN(6) {
				b.WriteString(pieces[rnd.IntN(len(pieces))])
			}
			lines = append(lines, b.String())
		}
		switch n := len(lines); {
		case n > 0 && rnd.IntN(2) == 0:
			lines[n-1] += ", 192.0.2.1" // some proxies append to the last line, others add one
		default:
			lines = append(lines, "192.0.2.1")
		}
		if got := p.Client(from("10.0.0.1:5", lines...)).String(); got != "192.0.2.1" {
			t.Fatalf("%q: %s", lines, got)
		}
	}
}

func TestFilter(t *testing.T) {
	denied := 0
	f := ipfilter.New(table(t, ipfilter.Rules{Deny: prefixes("192.0.2.0/24")}), &ipfilter.Options{
		Proxies: proxies(t, ipfilter.ProxyOptions{Trusted: prefixes("10.0.0.0/8")}),
		OnDeny:  func(r *http.Request, client netip.Addr) { denied++ },
	})
	served := 0
	h := f.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	for _, tt := range []struct {
		r    *http.Request
		want int
	}{
		{from("192.0.2.1:1"), 403}, {from("192.0.3.1:1"), 200}, {from("10.0.0.1:1", "192.0.2.1"), 403},
		{from("10.0.0.1:1", "192.0.3.1"), 200}, {from("nonsense"), 403},
	} {
		tt.r.URL = httptest.NewRequest("GET", "/", nil).URL
		w := httptest.NewRecorder()
		h.ServeHTTP(w, tt.r)
		if w.Code != tt.want || tt.want == 403 && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %v, want %d", tt.r.RemoteAddr, w.Code, w.Header(), tt.want)
		}
	}
	if denied != 3 || served != 2 {
		t.Errorf("%d denied, %d served, want 3, 2", denied, served)
	}
}

// While tables change, each request is judged by one of them whole: an address that all of them deny never passes.
func TestReplaceWhileServing(t *testing.T) {
	one := table(t, ipfilter.Rules{Deny: prefixes("192.0.2.0/24")})
	two := table(t, ipfilter.Rules{Allow: prefixes("198.51.100.0/24"), DenyRest: true})
	f := ipfilter.New(one, nil)
	h := f.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.RemoteAddr == "192.0.2.1:1" {
			t.Error("passed")
		}
	}))
	var wg sync.WaitGroup
	for _, remote := range []string{"192.0.2.1:1", "198.51.100.1:1"} {
		wg.Go(func() {
			for range 2000 {
				w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
				r.RemoteAddr = remote
				h.ServeHTTP(w, r)
				if want := map[string]int{"192.0.2.1:1": 403, "198.51.100.1:1": 200}[remote]; w.Code != want {
					t.Errorf("%s: %d, want %d", remote, w.Code, want)
				}
			}
		})
	}
	for i := range 2000 {
		f.Replace([]*ipfilter.Table{one, two}[i%2])
	}
	wg.Wait()
	defer func() {
		if recover() == nil {
			t.Error("Replace(nil) does not panic")
		}
	}()
	f.Replace(nil)
}

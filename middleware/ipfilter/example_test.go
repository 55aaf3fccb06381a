package ipfilter_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"github.com/hotpath-go/hotpath/middleware/ipfilter"
)

func ExampleTable() {
	table, err := ipfilter.NewTable(ipfilter.Rules{
		Allow:    []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")},
		Deny:     []netip.Prefix{netip.MustParsePrefix("10.66.0.0/16")},
		DenyRest: true,
	})
	if err != nil {
		panic(err)
	}
	for _, a := range []string{"10.0.0.1", "10.66.0.1", "192.0.2.1", "2001:db8::1"} {
		fmt.Println(a, table.Allows(netip.MustParseAddr(a)))
	}
	// Output:
	// 10.0.0.1 true
	// 10.66.0.1 false
	// 192.0.2.1 false
	// 2001:db8::1 true
}

// A list without DenyRest would let everybody in.
func ExampleRules() {
	_, err := ipfilter.NewTable(ipfilter.Rules{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	fmt.Println(err)
	// Output: ipfilter: bad rules: Allow has no effect without Deny or DenyRest
}

func ExampleFilter() {
	everybody, _ := ipfilter.NewTable(ipfilter.Rules{})
	nobody, _ := ipfilter.NewTable(ipfilter.Rules{DenyRest: true})
	filter := ipfilter.New(everybody, nil)
	h := filter.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	for range 2 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		fmt.Println(w.Code)
		filter.Replace(nobody)
	}
	// Output:
	// 200
	// 403
}

func ExampleOptions() {
	table, _ := ipfilter.NewTable(ipfilter.Rules{DenyRest: true})
	filter := ipfilter.New(table, &ipfilter.Options{OnDeny: func(r *http.Request, client netip.Addr) { fmt.Println("denied", client) }})
	filter.Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	// Output: denied 192.0.2.1
}

// The client wrote the first address itself; the proxy appended the second.
func ExampleProxies() {
	proxies, _ := ipfilter.NewProxies(&ipfilter.ProxyOptions{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.0.0.1:4711"
	r.Header.Set("X-Forwarded-For", "127.0.0.1, 203.0.113.9")
	fmt.Println(proxies.Client(r))
	// Output: 203.0.113.9
}

func ExampleProxyOptions() {
	proxies, _ := ipfilter.NewProxies(&ipfilter.ProxyOptions{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Header: "X-Real-IP", Local: true})
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "@" // a Unix socket
	r.Header.Set("X-Real-IP", "203.0.113.9")
	fmt.Println(proxies.Client(r))
	// Output: 203.0.113.9
}

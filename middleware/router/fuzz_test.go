package router

import (
	"net/http"
	"strings"
	"testing"
)

// FuzzLikeServeMux compares any patterns, one a line, and any target with http.ServeMux.
func FuzzLikeServeMux(f *testing.F) {
	f.Add("GET /a/{x}\n/a/{$}\nh/{y...}", "GET", "h", "/a/b%2Fc?q")
	f.Add("/{x}/b\n/a/{y}\nPOST /a/", "HEAD", "h:80", "/a//b/../%2e")
	f.Add("CONNECT /a/{x}\n/%2F/", "CONNECT", "[::1]:1", "/a/%2F")
	f.Fuzz(func(t *testing.T, patterns, method, host, target string) {
		d := &trio{mux: http.NewServeMux()}
		for p := range strings.SplitSeq(patterns, "\n") {
			if !hasEmptyLiteral(p) { // golang/go#81222
				d.offer(t, p)
			}
		}
		d.finish()
		if r := request(method, host, target); r != nil {
			d.compare(t, r)
		}
	})
}

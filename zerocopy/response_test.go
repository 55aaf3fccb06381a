package zerocopy

import (
	"net/http"
	"testing"
)

// What is set on a response, and whether its length is then what it announces.
func TestDescribe(t *testing.T) {
	plain := NewBody(String("text"))
	gz := plain.WithHeader(http.Header{"Content-Encoding": {"gzip"}})
	for name, tt := range map[string]struct {
		body        *Body
		set         http.Header
		exact       bool
		length, typ string
	}{
		"nothing":         {plain, http.Header{}, true, "4", "text/plain; charset=utf-8"},
		"type":            {plain, http.Header{"Content-Type": {"x/y"}}, true, "4", "x/y"},
		"no type":         {plain, http.Header{"Content-Type": nil}, true, "4", ""},
		"length":          {plain, http.Header{"Content-Length": {"4"}}, true, "4", "text/plain; charset=utf-8"},
		"another length":  {plain, http.Header{"Content-Length": {"5"}}, false, "5", "text/plain; charset=utf-8"},
		"chunked":         {plain, http.Header{"Transfer-Encoding": {"chunked"}}, false, "", "text/plain; charset=utf-8"},
		"trailer":         {plain, http.Header{"Trailer": {"X"}}, false, "", "text/plain; charset=utf-8"},
		"to be encoded":   {plain, http.Header{"Content-Encoding": {"gzip"}}, false, "", ""},
		"encoded, length": {plain, http.Header{"Content-Encoding": {"gzip"}, "Content-Length": {"4"}}, true, "4", ""},
		"encoded before":  {gz, http.Header{}, true, "4", ""},
		"encoded twice":   {gz, http.Header{"Content-Encoding": {"br"}}, false, "", ""},
	} {
		exact := describe(tt.set, tt.body, 4)
		if exact != tt.exact || first(tt.set, "Content-Length") != tt.length || first(tt.set, "Content-Type") != tt.typ {
			t.Errorf("%s: %v, %v", name, exact, tt.set)
		}
	}
}

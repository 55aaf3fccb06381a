package middleware

import "net/http"

// inner is the fake server's writer: it notes every call. Its types with optional methods are in inners_gen_test.go.
type inner struct {
	calls  *[]string
	header http.Header
}

func newInner() inner { return inner{new([]string), http.Header{}} }

func (w inner) note(call string)            { *w.calls = append(*w.calls, call) }
func (w inner) Header() http.Header         { return w.header }
func (w inner) Write(p []byte) (int, error) { w.note("Write"); return len(p), nil }

func (w inner) WriteHeader(code int) {
	if code < 100 || code > 999 {
		panic("invalid WriteHeader code")
	}
	w.note("WriteHeader")
}

package zerocopy

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

type (
	plainWriter struct{ http.ResponseWriter }
	noted       struct {
		plainWriter
		wroteHeader bool
	}
	renamed struct {
		plainWriter
		headerWritten bool
	}
	retyped struct {
		plainWriter
		wroteHeader int
	}
	streamed struct {
		plainWriter
		rws *noted
	}
	streamless struct {
		plainWriter
		rws int
	}
	promoted struct {
		plainWriter
		*noted
	}
	unwrapped struct {
		plainWriter
		in http.ResponseWriter
	}
)

func (promoted) Header() http.Header             { return nil }
func (promoted) Write(p []byte) (int, error)     { return len(p), nil }
func (promoted) WriteHeader(int)                 {}
func (u *unwrapped) Unwrap() http.ResponseWriter { return u.in }

// What a release of net/http may have made of its writers must neither panic nor
// make up a header that is out.
func TestCommitted(t *testing.T) {
	for name, tt := range map[string]struct {
		w    http.ResponseWriter
		want bool
	}{
		"noted":               {&noted{wroteHeader: true}, true},
		"noted, not yet":      {&noted{}, false},
		"below another":       {&unwrapped{in: &noted{wroteHeader: true}}, true},
		"stream":              {&streamed{rws: &noted{wroteHeader: true}}, true},
		"stream, not yet":     {&streamed{rws: &noted{}}, false},
		"stream that is gone": {&streamed{}, false},
		"not a stream":        {&streamless{rws: 1}, false},
		"another name":        {&renamed{headerWritten: true}, false},
		"another type":        {&retyped{wroteHeader: 1}, false},
		"promoted":            {&promoted{}, false},
		"no pointer":          {noted{wroteHeader: true}, false},
		"nil pointer":         {(*noted)(nil), false},
		"nil below":           {&unwrapped{}, false},
		"ring":                {&ring{}, false},
		"recorder":            {httptest.NewRecorder(), false},
	} {
		if got := committed(tt.w); got != tt.want {
			t.Errorf("%s: %v; want %v", name, got, tt.want)
		}
	}
}

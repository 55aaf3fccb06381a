package zerocopy

import (
	"io"
	"math"
	"reflect"
)

// An inflow is a body as net/http hands it out whose bytes may go around this
// process: a conn that is told to ReadFrom it knows that nobody else looks at
// them. It must be used by one goroutine.
type inflow struct{ io.Reader }

// inflowOf finds one below src and how many bytes of it src lets through.
func inflowOf(src io.Reader) (f *inflow, n int64) {
	in, n := below(src)
	if f, ok := in.(*inflow); ok {
		return f, n
	}
	if isUpload(in) && n != math.MaxInt64 {
		return &inflow{in}, n
	}
	return nil, 0
}

// Readers that others wrote are known by name, as writers are (see
// transparent): these hand on what they read, count it, and do not look at it.
// The names are private; a release that changes them makes these bytes pass
// through memory, and the tests fail.

// isDownload reports whether r is the body of a response as http.Transport made
// it, of known length and not unzipped.
func isDownload(r io.Reader) bool {
	return isType(reflect.ValueOf(r), "net/http", "bodyEOFSignal")
}

// isUpload reports whether r is the body of a request as httputil.ReverseProxy
// hands it to its transport. One of unknown length has no limit above it, and
// is not asked about.
func isUpload(r io.Reader) bool {
	v := reflect.ValueOf(r)
	if !isType(v, "net/http/httputil", "noopCloseReader") {
		return false
	}
	in := v.Elem().FieldByName("readCloser")
	return in.Kind() == reflect.Interface && isType(in.Elem(), "net/http", "body")
}

func isType(v reflect.Value, pkg, name string) bool {
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return false
	}
	t := v.Type().Elem()
	return t.PkgPath() == pkg && t.Name() == name
}

// plain is a core without ReadFrom.
type plain struct{ c *core }

func (p plain) Write(b []byte) (int, error) { return p.c.Write(b) }

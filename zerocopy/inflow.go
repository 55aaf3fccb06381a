package zerocopy

import (
	"io"
	"math"
	"net/http"
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

// isUpload reports whether r is an upload as httputil.ReverseProxy hands it to
// its transport. One of unknown length has no limit above it, and is not asked
// about.
func isUpload(r io.Reader) bool {
	v := reflect.ValueOf(r)
	if !isType(v, "net/http/httputil", "noopCloseReader") {
		return false
	}
	in := v.Elem().FieldByName("readCloser")
	return in.Kind() == reflect.Interface && !in.IsNil() && in.Elem().Type() == reflect.TypeFor[*upload]()
}

// An upload is the body of a request as net/http's server made it, whose length
// is known, and whose end therefore is. net/http closes such a body when the
// answer begins, while a transport reads it once more after its last byte; the
// answer may come between the two, and then the transport is refused what it
// already has, and takes the connection down with the answer on it. Splicing
// makes that gap wider, so the end is told here.
type upload struct {
	io.ReadCloser
	left int64
}

// uploadOf leaves a body alone that it knows nothing of.
func uploadOf(r *http.Request) io.ReadCloser {
	if r.ContentLength > 0 && isType(reflect.ValueOf(r.Body), "net/http", "body") {
		return &upload{r.Body, r.ContentLength}
	}
	return r.Body
}

func (u *upload) Read(p []byte) (int, error) {
	if u.left == 0 {
		return 0, io.EOF
	}
	n, err := u.ReadCloser.Read(p)
	u.left -= int64(n)
	return n, err
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

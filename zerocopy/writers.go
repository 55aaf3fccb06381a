package zerocopy

import (
	"net/http"
	"reflect"
	"runtime"
	"sync"
)

// What is known of writers that others wrote, by name, since their packages
// cannot be imported here. The tests in matrix meet the real ones: a release
// that changes its ways fails there.

// A kind is what is known of a type of writer.
type kind uint8

const (
	kindUnknown kind = iota
	kindHTTP         // net/http's own
	kindRead         // one whose source was read: its Write does not look at the bytes
	kindSnoop        // of httpsnoop: it depends on the hooks
)

// kinds remembers what names were looked at: a program has few types of writers.
var kinds sync.Map // reflect.Type → kind

func kindOf(w http.ResponseWriter) kind {
	t := reflect.TypeOf(w)
	if k, ok := kinds.Load(t); ok {
		return k.(kind)
	}
	k := kindOfType(t)
	kinds.Store(t, k)
	return k
}

func kindOfType(t reflect.Type) kind {
	if t.Kind() != reflect.Pointer {
		return kindUnknown
	}
	switch t = t.Elem(); {
	case t.Name() == "response" && t.PkgPath() == "net/http":
		return kindHTTP
	case wasRead(t):
		return kindRead
	case isSnoop(t):
		return kindSnoop
	}
	return kindUnknown
}

// transparent reports whether w, and every writer below it down to net/http's,
// is one whose source was read: its Write does not look at the bytes.
func transparent(w http.ResponseWriter) bool {
	for range maxWriters {
		switch k := kindOf(w); {
		case k == kindHTTP:
			return true
		case k == kindUnknown, k == kindSnoop && !countsOnly(w):
			return false
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return false
		}
		if w = u.Unwrap(); w == nil {
			return false
		}
	}
	return false
}

// committed reports whether w is known to have its header behind it, so that no
// other answer can be given any more. Nothing that net/http exports says so; its
// writers note it in a field. Where there is none of that name nothing is known.
func committed(w http.ResponseWriter) bool {
	for range maxWriters {
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			v := reflect.ValueOf(w)
			if stream := fieldOf(v, "rws"); stream.IsValid() { // HTTP/2
				v = stream
			}
			wrote := fieldOf(v, "wroteHeader")
			return wrote.Kind() == reflect.Bool && wrote.Bool()
		}
		if w = u.Unwrap(); w == nil {
			return false
		}
	}
	return false
}

// fieldOf returns a field of the struct v points to; it is not valid if there is
// none. One that is promoted is not looked for: the way there may be nil.
func fieldOf(v reflect.Value, name string) reflect.Value {
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return reflect.Value{}
	}
	f, ok := v.Type().Elem().FieldByName(name)
	if !ok || len(f.Index) > 1 {
		return reflect.Value{}
	}
	return v.Elem().Field(f.Index[0])
}

// wasRead knows the writers of gin and echo.
func wasRead(t reflect.Type) bool {
	switch t.Name() {
	case "responseWriter":
		return t.PkgPath() == "github.com/gin-gonic/gin"
	case "Response":
		return t.PkgPath() == "github.com/labstack/echo/v4" || t.PkgPath() == "github.com/labstack/echo/v5"
	}
	return false
}

// maxWriters ends the walk in a ring of writers.
const maxWriters = 8

// miscounts reports whether w is known to count what goes through its Write,
// but not what goes through its ReadFrom.
func miscounts(w http.ResponseWriter) bool {
	t := reflect.TypeOf(w)
	if t.Kind() != reflect.Pointer {
		return false
	}
	if t = t.Elem(); isSnoop(t) {
		return hook(w, "write").IsValid() && !hook(w, "readFrom").IsValid()
	}
	return t.PkgPath() == "github.com/zenazn/goji/web/mutil" && t.Name() == "fancyWriter"
}

// isSnoop knows the writers of httpsnoop, on which otelhttp, gorilla/handlers
// and many others are built. They call hooks, each or none for a method.
func isSnoop(t reflect.Type) bool { return t.PkgPath() == "github.com/felixge/httpsnoop" }

// hook returns the hook w has for a method; it is not valid if there is none.
func hook(w http.ResponseWriter, name string) reflect.Value {
	f := fieldOf(reflect.ValueOf(w), name)
	if f.Kind() != reflect.Func || f.IsNil() {
		return reflect.Value{}
	}
	return f
}

// countsOnly reports whether the Write hook of w is one whose source was read.
func countsOnly(w http.ResponseWriter) bool {
	f := hook(w, "write")
	if !f.IsValid() {
		return false
	}
	switch runtime.FuncForPC(f.Pointer()).Name() {
	case "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp/internal/request.(*RespWriterWrapper).Write-fm",
		"github.com/gorilla/handlers.(*responseLogger).Write-fm":
		return true
	}
	return false
}

package requestid_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/requestid"
)

const (
	trace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	parent = "00f067aa0ba902b7"
)

// through serves one request with these headers and returns the id the handler saw; it checks that all ways agree.
func through(t *testing.T, o requestid.Options, header http.Header) string {
	t.Helper()
	var id string
	h := requestid.New(&o)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id = requestid.Value(w)
		if c := requestid.FromContext(r.Context()); (c == id) != o.Context {
			t.Errorf("context has %q, want it to equal %q: %t", c, id, o.Context)
		}
	}))
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	r.Header = header
	h.ServeHTTP(w, r)
	name := o.Header
	if name == "" {
		name = "X-Request-Id"
	}
	if got := w.Header().Get(name); got != id {
		t.Errorf("response header %q, handler saw %q", got, id)
	}
	return id
}

var made = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestIncoming(t *testing.T) {
	tests := []struct {
		name, id, traceparent, want string // want "" means a new one
	}{
		{"none", "", "", ""},
		{"kept", "req-1_2.3:4/5+6=", "", "req-1_2.3:4/5+6="},
		{"longest", strings.Repeat("a", 128), "", strings.Repeat("a", 128)},
		{"too long", strings.Repeat("a", 129), "", ""},
		{"newline", "a\nb", "", ""},
		{"space", "a b", "", ""},
		{"quote", `a"b`, "", ""},
		{"markup", "<b>", "", ""},
		{"not ASCII", "é", "", ""},
		{"trace", "", "00-" + trace + "-" + parent + "-01", trace},
		{"id before trace", "mine", "00-" + trace + "-" + parent + "-01", "mine"},
		{"trace instead of a bad id", "a b", "00-" + trace + "-" + parent + "-01", trace},
		{"later version", "", "cc-" + trace + "-" + parent + "-01-more", trace},
		{"later version without dash", "", "cc-" + trace + "-" + parent + "-01more", ""},
		{"version 00 with more", "", "00-" + trace + "-" + parent + "-01-more", ""},
		{"version ff", "", "ff-" + trace + "-" + parent + "-01", ""},
		{"upper case", "", "00-" + strings.ToUpper(trace) + "-" + parent + "-01", ""},
		{"zero trace", "", "00-" + strings.Repeat("0", 32) + "-" + parent + "-01", ""},
		{"zero parent", "", "00-" + trace + "-" + strings.Repeat("0", 16) + "-01", ""},
		{"bad flags", "", "00-" + trace + "-" + parent + "-0x", ""},
		{"short", "", "00-" + trace, ""},
		{"wrong dashes", "", "00_" + trace + "_" + parent + "_01", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{}
			if tt.id != "" {
				h.Set("X-Request-Id", tt.id)
			}
			if tt.traceparent != "" {
				h.Set("Traceparent", tt.traceparent)
			}
			got := through(t, requestid.Options{}, h)
			if tt.want == "" && made.MatchString(got) && got != trace {
				return
			}
			if got != tt.want {
				t.Errorf("id %q, want %q", got, tt.want)
			}
			if got := through(t, requestid.Options{IgnoreIncoming: true}, h); !made.MatchString(got) || got == tt.want {
				t.Errorf("IgnoreIncoming: id %q", got)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	h := http.Header{"X-Correlation-Id": {"abc"}}
	if got := through(t, requestid.Options{Header: "x-correlation-id", Context: true}, h); got != "abc" {
		t.Errorf("own header: %q, want abc", got)
	}
	if got := through(t, requestid.Options{Header: "x-correlation-id", MaxLength: 2}, h); got == "abc" {
		t.Error("MaxLength was not kept")
	}
	if got := through(t, requestid.Options{}, http.Header{"X-Request-Id": {"a", "b"}}); !made.MatchString(got) {
		t.Errorf("two ids: %q, want a new one", got)
	}
	one, other := "00-"+strings.Repeat("a", 32)+"-"+strings.Repeat("b", 16)+"-01", "00-"+strings.Repeat("c", 32)+"-"+strings.Repeat("b", 16)+"-01"
	if got := through(t, requestid.Options{}, http.Header{"Traceparent": {one, other}}); !made.MatchString(got) || strings.Contains(one+other, got) {
		t.Errorf("two traceparents: %q, want a new id", got)
	}
}

// The response may share the request's header value; what the handler adds must not reach the request.
func TestAddDoesNotReachTheRequest(t *testing.T) {
	spare := append(make([]string, 0, 4), "abc")
	r := httptest.NewRequest("GET", "/", nil)
	r.Header["X-Request-Id"] = spare
	requestid.New(nil)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("X-Request-Id", "more")
	})).ServeHTTP(httptest.NewRecorder(), r)
	if got := spare[:2]; got[1] != "" {
		t.Errorf("the request's header became %q", got)
	}
}

func TestIDsDiffer(t *testing.T) {
	var mu sync.Mutex
	var users sync.WaitGroup
	seen := map[string]bool{}
	for range 4 {
		users.Go(func() {
			for range 2000 {
				id := through(t, requestid.Options{}, http.Header{})
				mu.Lock()
				if seen[id] || !made.MatchString(id) {
					t.Errorf("id %q again or malformed", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	users.Wait()
}

func TestValueThroughForeignWriters(t *testing.T) {
	w, rec, _ := middleware.Wrap(httptest.NewRecorder())
	rec.SetRequestID("abc")
	if got := requestid.Value(foreign{foreign{w}}); got != "abc" {
		t.Errorf("Value = %q, want abc", got)
	}
	if got := requestid.Value(httptest.NewRecorder()); got != "" {
		t.Errorf("Value of a bare writer = %q, want none", got)
	}
}

type foreign struct{ http.ResponseWriter }

func (f foreign) Unwrap() http.ResponseWriter { return f.ResponseWriter }

func FuzzIncoming(f *testing.F) {
	f.Add("id", "00-"+trace+"-"+parent+"-01")
	ok := regexp.MustCompile(`^[0-9A-Za-z\-_.:+/=]{1,128}$`)
	tp := regexp.MustCompile(`^(00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}|[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-(?s:.*))?)$`)
	f.Fuzz(func(t *testing.T, id, traceparent string) {
		got := through(t, requestid.Options{}, http.Header{"X-Request-Id": {id}, "Traceparent": {traceparent}})
		switch {
		case ok.MatchString(id):
			if got != id {
				t.Errorf("id %q was replaced by %q", id, got)
			}
		case got == "" || !made.MatchString(got):
			t.Errorf("id %q", got)
		case tp.MatchString(traceparent) && !strings.HasPrefix(traceparent, "ff") && validIDs(traceparent):
			if got != traceparent[3:35] && len(traceparent) == 55 {
				t.Errorf("traceparent %q gave %q", traceparent, got)
			}
		}
	})
}

func validIDs(tp string) bool {
	return strings.Trim(tp[3:35], "0") != "" && strings.Trim(tp[36:52], "0") != ""
}

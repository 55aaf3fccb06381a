package router

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/middleware"
)

var nothing = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

func TestAddRefuses(t *testing.T) {
	for _, tt := range []struct {
		there, new Route
		err        error
		text       []string
	}{
		{Route{}, Route{Pattern: "/", Handler: nil}, ErrHandler, nil},
		{Route{}, Route{Pattern: "/", Handler: http.HandlerFunc(nil)}, ErrHandler, nil},
		{Route{}, Route{Pattern: "/", Handler: Func(nil)}, ErrHandler, nil},
		{Route{}, Route{Pattern: "", Handler: nothing}, ErrPattern, nil},
		{Route{}, Route{Pattern: "GET", Handler: nothing}, ErrPattern, []string{"path is missing"}},
		{Route{}, Route{Pattern: "G(T /", Handler: nothing}, ErrPattern, []string{`"G(T"`}},
		{Route{}, Route{Pattern: "GET /a/../b", Handler: nothing}, ErrPattern, []string{"unclean"}},
		{Route{}, Route{Pattern: "{x}/", Handler: nothing}, ErrPattern, []string{"host"}},
		{Route{}, Route{Pattern: "/a{x}", Handler: nothing}, ErrPattern, []string{"whole segment"}},
		{Route{}, Route{Pattern: "/{x}a", Handler: nothing}, ErrPattern, []string{"whole segment"}},
		{Route{}, Route{Pattern: "/{x...}/a", Handler: nothing}, ErrPattern, []string{"not at the end"}},
		{Route{}, Route{Pattern: "/{$}/", Handler: nothing}, ErrPattern, []string{"not at the end"}},
		{Route{}, Route{Pattern: "/{}", Handler: nothing}, ErrPattern, []string{"identifier"}},
		{Route{}, Route{Pattern: "/{1}", Handler: nothing}, ErrPattern, []string{"identifier"}},
		{Route{}, Route{Pattern: "/{x}/{x}", Handler: nothing}, ErrPattern, []string{"two wildcards"}},
		{Route{Pattern: "/a/{x}"}, Route{Pattern: "/a/{y}", Handler: nothing}, ErrConflict, []string{`"/a/{x}"`, `"/a/{y}"`, "same requests"}},
		{Route{Pattern: "/{x}/b"}, Route{Pattern: "/a/{y}", Handler: nothing}, ErrConflict, []string{`"/{x}/b"`, `"/a/{y}"`, `both match "/a/b"`}},
		{Route{Pattern: "/a/"}, Route{Pattern: "/{x}/b", Handler: nothing}, ErrConflict, []string{`both match "/a/b"`}},
		{Route{Pattern: "GET /{x}"}, Route{Pattern: "/a", Handler: nothing}, ErrConflict, []string{"matches more methods"}},
		{Route{Pattern: "/a"}, Route{Pattern: "GET /{x}", Handler: nothing}, ErrConflict, []string{"matches fewer methods"}},
		{Route{Pattern: "/a", Name: "n"}, Route{Pattern: "/b", Name: "n", Handler: nothing}, ErrName, []string{`"/a"`, `"/b"`}},
	} {
		var table Table
		if tt.there.Pattern != "" {
			tt.there.Handler = nothing
			if err := table.Add(tt.there); err != nil {
				t.Fatal(err)
			}
		}
		before := len(table.Routes())
		err := table.Add(tt.new)
		if !errors.Is(err, tt.err) || slices.ContainsFunc(tt.text, func(s string) bool { return !strings.Contains(err.Error(), s) }) {
			t.Errorf("%q then %q: error %v, want %v with %q", tt.there.Pattern, tt.new.Pattern, err, tt.err, tt.text)
		}
		if len(table.Routes()) != before {
			t.Errorf("%q stays in the table after its refusal", tt.new.Pattern)
		}
	}
}

// A middleware around it would hide that there is none until the first request.
func TestGroupRefusesAHandlerThatIsNil(t *testing.T) {
	var table Table
	for _, h := range []http.Handler{nil, http.HandlerFunc(nil), Func(nil)} {
		if err := table.Group("/g", tag("a")).Add(Route{Pattern: "/x", Handler: h}); !errors.Is(err, ErrHandler) {
			t.Errorf("%T: %v, want ErrHandler", h, err)
		}
	}
}

func TestNewOfNilPanicsWithTheCure(t *testing.T) {
	defer func() {
		if v, _ := recover().(string); !strings.Contains(v, "router: nil table") {
			t.Errorf("panic %v", v)
		}
	}()
	New(nil, nil)
}

func TestHandlePanicsWithBothPatterns(t *testing.T) {
	defer func() {
		err, _ := recover().(error)
		if !errors.Is(err, ErrConflict) || !strings.Contains(err.Error(), `"/a/{x}"`) || !strings.Contains(err.Error(), `"/{y}/b"`) {
			t.Errorf("panic %v", err)
		}
	}()
	tableOf("/a/{x}", "/{y}/b")
}

func tag(name string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Tag", name)
			next.ServeHTTP(w, r)
		})
	}
}

func TestGroups(t *testing.T) {
	var table Table
	table.HandleFunc("/plain", nothing)
	api := table.Group("/api/", tag("a"), tag("b"))
	api.Handle("GET h/users/{id}", Func(func(w http.ResponseWriter, r *http.Request, m middleware.Match) {
		_, _ = w.Write([]byte(m.Value("id") + " " + Value(w, "id") + " " + r.PathValue("id")))
	}))
	one, two := api.Group("/{tenant}", tag("c")), api.Group("/x/y", tag("d"))
	one.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.PathValue("tenant"))) })
	two.HandleFunc("POST /z", nothing)
	rt := New(&table, nil)
	for _, tt := range []struct{ method, target, tags, body string }{
		{"GET", "/plain", "", ""},
		{"GET", "/api/users/42", "a b", "42 42 42"},
		{"PUT", "/api/acme/", "a b c", "acme"},
		{"POST", "/api/x/y/z", "a b d", ""},
	} {
		w := httptest.NewRecorder()
		rt.ServeHTTP(w, request(tt.method, "h", tt.target))
		if got := strings.Join(w.Header()["Tag"], " "); w.Code != 200 || got != tt.tags || w.Body.String() != tt.body {
			t.Errorf("%s: %d, tags %q, body %q, want 200, %q, %q", tt.target, w.Code, got, w.Body, tt.tags, tt.body)
		}
	}
	var patterns []string
	for _, r := range rt.Routes() {
		patterns = append(patterns, r.Pattern)
	}
	if want := []string{"/plain", "GET h/api/users/{id}", "/api/{tenant}/{$}", "POST /api/x/y/z"}; !slices.Equal(patterns, want) {
		t.Errorf("routes %q, want %q", patterns, want)
	}
}

func TestGroupPrefixWithoutSlashPanics(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "does not start with a slash") {
			t.Errorf("panic %q names no cure", text)
		}
	}()
	new(Table).Group("api")
}

// All first bytes there can be below one node, through each form of a node's index.
func TestManyChildren(t *testing.T) {
	for _, n := range []int{1, 7, 8, 9, 15, 16, 17, 255, 256} {
		var table Table
		got := -1
		escaped := func(i int) string { return fmt.Sprintf("/a%%%02X", i) }
		table.HandleFunc("/a/b", func(http.ResponseWriter, *http.Request) { got = 1000 })
		for i := range n {
			table.HandleFunc(escaped(255-i), func(http.ResponseWriter, *http.Request) { got = 255 - i })
		}
		rt := New(&table, nil)
		for i := range 256 {
			got = -1
			rt.ServeHTTP(httptest.NewRecorder(), request("GET", "h", escaped(i)))
			if want := i; i >= 256-n && got != want || i < 256-n && got != -1 {
				t.Fatalf("%d children: %s reached %d", n, escaped(i), got)
			}
		}
		if rt.ServeHTTP(httptest.NewRecorder(), request("GET", "h", "/a/b")); got != 1000 {
			t.Fatalf("%d children: /a/b reached %d", n, got)
		}
	}
}

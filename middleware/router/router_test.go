package router

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hotpath-go/hotpath/middleware"
)

// Every table answers with its own number from two routes; a request that saw two tables would mix them.
func TestReplaceUnderLoad(t *testing.T) {
	numbered := func(n int) *Table {
		var table Table
		table.Handle(fmt.Sprintf("GET /a/{x}/t%d", n), Func(func(w http.ResponseWriter, r *http.Request, m middleware.Match) {
			fmt.Fprint(w, n, " ", m.Value("x"), " ", r.Pattern)
		}))
		table.Handle("GET /a/{x}/", Func(func(w http.ResponseWriter, r *http.Request, m middleware.Match) { fmt.Fprint(w, n, " other") }))
		return &table
	}
	rt := New(numbered(0), nil)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				n := strconv.Itoa(i % 5)
				w := httptest.NewRecorder()
				rt.ServeHTTP(w, request("GET", "h", "/a/v/t"+n))
				if got := w.Body.String(); got != n+" v GET /a/{x}/t"+n && (!strings.HasSuffix(got, " other") || strings.HasPrefix(got, n)) {
					t.Errorf("/a/v/t%s: %q", n, got)
					return
				}
			}
		})
	}
	for i := range 500 {
		rt.Replace(numbered(i % 5))
	}
	close(stop)
	wg.Wait()
}

// A table is read once, when it is given.
func TestTableChangesLater(t *testing.T) {
	table := tableOf("/a")
	rt := New(table, nil)
	table.HandleFunc("/b", nothing)
	for target, want := range map[string]int{"/a": 200, "/b": 404} {
		w := httptest.NewRecorder()
		rt.ServeHTTP(w, request("GET", "h", target))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
	if len(rt.Routes()) != 1 || len(table.Routes()) != 2 {
		t.Errorf("the router has %d routes, the table %d, want 1, 2", len(rt.Routes()), len(table.Routes()))
	}
}

// embedding hides everything but Unwrap, as other people's middlewares do.
type embedding struct{ http.ResponseWriter }

func (e embedding) Unwrap() http.ResponseWriter { return e.ResponseWriter }

func TestValueThroughOtherWriters(t *testing.T) {
	var got string
	read := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = Value(w, "id") + Value(w, "no") + r.PathValue("id")
	})
	var table Table
	stack := middleware.Stack{}
	foreign := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(embedding{w}, r) })
	}
	table.Handle("/plain/{id}", read)
	table.Handle("/foreign/{id}", foreign(read))
	table.Handle("/wrapped/{id}", foreign(stack.Then(foreign(read))))
	for _, h := range []http.Handler{New(&table, nil), foreign(New(&table, nil)), stack.Then(New(&table, nil))} {
		for _, kind := range []string{"plain", "foreign", "wrapped"} {
			got = ""
			h.ServeHTTP(httptest.NewRecorder(), request("GET", "h", "/"+kind+"/4%202"))
			if got != "4 24 2" {
				t.Errorf("%s: %q, want the value twice", kind, got)
			}
		}
	}
	if got := Value(httptest.NewRecorder(), "id"); got != "" {
		t.Errorf("Value of a bare writer is %q", got)
	}
	got = ""
	New(&table, &Options{NoPathValue: true}).ServeHTTP(httptest.NewRecorder(), request("GET", "h", "/plain/7"))
	if got != "7" {
		t.Errorf("NoPathValue: %q, want 7 once", got)
	}
}

// A match kept by a goroutine is the request's for ever, however many follow.
func TestMatchOutlivesItsRequest(t *testing.T) {
	var kept []middleware.Match
	var table Table
	table.Handle("/{x}/{y...}", Func(func(w http.ResponseWriter, r *http.Request, m middleware.Match) { kept = append(kept, m) }))
	table.HandleFunc("/v/{x}", func(w http.ResponseWriter, r *http.Request) { kept = append(kept, middleware.MatchOf(w)) })
	rt := New(&table, nil)
	for i := range 100 {
		r := request("GET", "h", fmt.Sprintf("/%s/%d", []string{"u", "v"}[i%2], i))
		rt.ServeHTTP(httptest.NewRecorder(), r)
		r.URL.Path = "/changed/changed"
	}
	for i, m := range kept {
		name := []string{"y", "x"}[i%2]
		if got := m.Value(name); got != strconv.Itoa(i) {
			t.Fatalf("match %d has value %q", i, got)
		}
	}
}

// On a real server: the interfaces of the writer behind a wildcard route, HEAD, OPTIONS *, and a client that follows redirects.
func TestOnAServer(t *testing.T) {
	var table Table
	table.HandleFunc("GET /files/{name}", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := w.(io.ReaderFrom); !ok {
			t.Error("the writer lost ReadFrom")
		}
		_, _ = io.Copy(w, io.LimitReader(strings.NewReader(Value(w, "name")+"!"), 100))
	})
	table.HandleFunc("/tree/", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Method+" "+r.URL.String()) })
	srv := httptest.NewServer(New(&table, nil))
	defer srv.Close()
	defer srv.Client().CloseIdleConnections()
	for _, tt := range []struct{ method, target, want string }{
		{"GET", "/files/a%2Fb", "200 a/b!"},
		{"HEAD", "/files/x", "200 "},
		{"POST", "/files/x", "405 Method Not Allowed\n"},
		{"GET", "/none", "404 404 page not found\n"},
		{"POST", "/tree?q=1", "200 POST /tree/?q=1"},
		{"GET", "/a/..//tree/./x", "200 GET /tree/x"},
	} {
		r, _ := http.NewRequestWithContext(t.Context(), tt.method, srv.URL+tt.target, nil)
		resp, err := srv.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := fmt.Sprint(resp.StatusCode, " ", string(body)); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.method, tt.target, got, tt.want)
		}
	}
}

func TestAsterisk(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("OPTIONS", "/", nil)
	r.RequestURI, r.URL.Path = "*", "*"
	New(tableOf("/"), nil).ServeHTTP(w, r)
	if w.Code != 400 || w.Header().Get("Connection") != "close" {
		t.Errorf("%d %v, want 400 and Connection: close", w.Code, w.Header())
	}
}

// golang/go#81222: the one place where ServeMux is not followed.
func TestEmptySegmentOfConnect(t *testing.T) {
	var got string
	var table Table
	table.HandleFunc("/a/{x}/{y}", func(w http.ResponseWriter, r *http.Request) {
		got = fmt.Sprintf("%q %q", r.PathValue("x"), r.PathValue("y"))
	})
	New(&table, nil).ServeHTTP(httptest.NewRecorder(), request("CONNECT", "h", "/a//b"))
	if want := `"" "b"`; got != want {
		t.Errorf("values %s, want %s", got, want)
	}
}

// A table that is kept ready for a swap must not hide the routes that were added to it since.
func TestReadyTableLearnsNewRoutes(t *testing.T) {
	table, other := tableOf("/a/{x}"), tableOf("/z")
	rt := New(table, nil)
	rt.Replace(other)
	table.HandleFunc("/b/{x}", nothing)
	rt.Replace(table)
	for target, want := range map[string]int{"/a/1": 200, "/b/1": 200, "/z": 404} {
		w := httptest.NewRecorder()
		rt.ServeHTTP(w, request("GET", "h", target))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
}

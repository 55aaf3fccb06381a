package metrics_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/metrics"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/router"
)

func text(m *metrics.Metrics) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func serve(h http.Handler, method, target string) {
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, target, nil))
}

func TestText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := metrics.New(&metrics.Options{Buckets: []time.Duration{10 * time.Millisecond, time.Second}})
		mux := http.NewServeMux()
		mux.HandleFunc("GET /wait/{for}", func(w http.ResponseWriter, r *http.Request) {
			d, _ := time.ParseDuration(r.PathValue("for"))
			time.Sleep(d)
		})
		h := m.Middleware(mux)
		for _, d := range []string{"1ms", "10ms", "11ms", "1s", "2s", "500us"} {
			serve(h, "GET", "/wait/"+d)
		}
		want := `# HELP http_request_duration_seconds How long requests took, by route and status class.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{code="2xx",route="GET /wait/{for}",le="0.01"} 3
http_request_duration_seconds_bucket{code="2xx",route="GET /wait/{for}",le="1"} 5
http_request_duration_seconds_bucket{code="2xx",route="GET /wait/{for}",le="+Inf"} 6
http_request_duration_seconds_sum{code="2xx",route="GET /wait/{for}"} 3.0225
http_request_duration_seconds_count{code="2xx",route="GET /wait/{for}"} 6
`
		if got := text(m); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

// counts returns the _count lines, without the name.
func counts(m *metrics.Metrics) (out []string) {
	for _, l := range regexp.MustCompile(`(?m)^http_request_duration_seconds_count(.*)$`).FindAllStringSubmatch(text(m), -1) {
		out = append(out, l[1])
	}
	return out
}

func TestRoutesAndCodes(t *testing.T) {
	m := metrics.New(nil)
	var table router.Table
	table.HandleFunc("GET /ours/{code}", func(w http.ResponseWriter, r *http.Request) {
		var code int
		_, _ = fmt.Sscan(router.Value(w, "code"), &code)
		w.WriteHeader(code)
	})
	table.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic("boom") })
	table.HandleFunc("/abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	table.Handle("/direct/{x}", router.Func(func(http.ResponseWriter, *http.Request, middleware.Match) {}))
	h := middleware.Stack{m, recovery.Piece(nil)}.Then(router.New(&table, nil))
	for _, target := range []string{"/ours/200", "/ours/204", "/ours/304", "/ours/404", "/ours/500", "/ours/999", "/panic", "/direct/1", "/direct/2", "/no", "/nothing"} {
		serve(h, "GET", target)
	}
	func() {
		defer func() { _ = recover() }()
		serve(h, "GET", "/abort")
	}()
	want := []string{
		`{code="none",route="/abort"} 1`, `{code="2xx",route="/direct/{x}"} 2`, `{code="5xx",route="/panic"} 1`,
		`{code="none",route="GET /ours/{code}"} 1`, `{code="2xx",route="GET /ours/{code}"} 2`, `{code="3xx",route="GET /ours/{code}"} 1`,
		`{code="4xx",route="GET /ours/{code}"} 1`, `{code="5xx",route="GET /ours/{code}"} 1`, `{code="4xx",route="unmatched"} 2`,
	}
	if got := counts(m); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// Series are bounded, whatever sets patterns; and any pattern makes valid text.
func TestPatternsAreBoundedAndEscaped(t *testing.T) {
	m := metrics.New(&metrics.Options{Routes: 3})
	for _, p := range []string{"a\"b\\c\nd", "\xff", "third", "fourth", "fifth"} {
		serve(m.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { r.Pattern = p })), "GET", "/")
	}
	want := []string{`{code="2xx",route="a\"b\\c\nd"} 1`, `{code="2xx",route="third"} 1`, `{code="2xx",route="unmatched"} 2`, "{code=\"2xx\",route=\"\ufffd\"} 1"}
	if got := counts(m); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// However many patterns share a place where a route is looked for first, each is counted as its own, and as one wherever its text lies.
func TestManyRoutes(t *testing.T) {
	m := metrics.New(nil)
	for range 2 {
		for i := range 600 {
			serve(m.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { r.Pattern = fmt.Sprint(i) })), "GET", "/")
		}
	}
	series := 0
	for s := range m.Series() {
		if series++; s.Count != 2 {
			t.Errorf("route %s has %d requests, want 2", s.Route, s.Count)
		}
	}
	if series != 600 {
		t.Errorf("%d series, want 600", series)
	}
}

// Nothing is lost between processors, and what is read meanwhile agrees with itself.
func TestConcurrently(t *testing.T) {
	m := metrics.New(nil)
	routes := make([]http.Handler, 8)
	for i := range routes {
		routes[i] = m.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { r.Pattern = fmt.Sprint(i) }))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 2000 {
				serve(routes[i%8], "GET", "/")
			}
		})
	}
	inf := regexp.MustCompile(`le="\+Inf"} (\d+)\n.*_sum.*\n.*_count.* (\d+)\n`)
	for range 20 {
		for _, s := range inf.FindAllStringSubmatch(text(m), -1) {
			if s[1] != s[2] {
				t.Fatalf("+Inf %s, count %s", s[1], s[2])
			}
		}
	}
	wg.Wait()
	for _, c := range counts(m) {
		if !strings.HasSuffix(c, " 1000") {
			t.Errorf("%s, want 1000", c)
		}
	}
}

func TestBucketsMustAscend(t *testing.T) {
	for _, b := range [][]time.Duration{{2, 1}, {1, 1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v: no panic", b)
				}
			}()
			metrics.New(&metrics.Options{Buckets: b})
		}()
	}
}

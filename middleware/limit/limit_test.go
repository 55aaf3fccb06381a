package limit_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/middleware/ipfilter"
	"github.com/hotpath-go/hotpath/middleware/limit"
)

func get(remote string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = remote
	return r
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var nothing = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

func TestConcurrency(t *testing.T) {
	c := limit.NewConcurrency(&limit.ConcurrencyOptions{Max: 3, RetryAfter: 1500 * time.Millisecond})
	inside, leave := make(chan bool), make(chan bool)
	h := c.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inside <- true
		<-leave
		if r.URL.Path == "/panic" {
			panic(http.ErrAbortHandler)
		}
	}))
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			defer func() { _ = recover() }()
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", []string{"/", "/panic", "/"}[i], nil))
		})
	}
	for range 3 {
		<-inside
	}
	for range 5 {
		w := serve(h, get("192.0.2.1:1"))
		if w.Code != 503 || w.Header().Get("Retry-After") != "2" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%d %v, want 503 with Retry-After 2", w.Code, w.Header())
		}
	}
	if c.Running() != 3 || c.Refused() != 5 {
		t.Errorf("%d running, %d refused, want 3, 5", c.Running(), c.Refused())
	}
	close(leave)
	wg.Wait()
	if c.Running() != 0 {
		t.Errorf("%d running after all have ended, one by a panic", c.Running())
	}
	go func() { <-inside }()
	if w := serve(h, get("192.0.2.1:1")); w.Code != 200 {
		t.Errorf("%d afterwards", w.Code)
	}
}

// A request that is refused is not inside, not even for a moment in which it would keep another one out.
func TestRefusedRequestsAreNotInside(t *testing.T) {
	c := limit.NewConcurrency(&limit.ConcurrencyOptions{Max: 1})
	h := c.Middleware(nothing)
	leave := make(chan bool)
	inside := make(chan bool)
	var holder, crowd sync.WaitGroup
	holder.Go(func() {
		c.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(inside); <-leave })).ServeHTTP(httptest.NewRecorder(), get("192.0.2.1:1"))
	})
	<-inside
	for range 4 {
		crowd.Go(func() {
			for range 5000 {
				serve(h, get("192.0.2.1:1"))
				if n := c.Running(); n > 1 {
					t.Errorf("%d are running, the limit is 1", n)
					return
				}
			}
		})
	}
	crowd.Wait()
	close(leave)
	holder.Wait()
}

// Over any time a client gets its burst and one more for each Every, never more, and never less if it asks for more.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := limit.NewRate(&limit.RateOptions{Every: 100 * time.Millisecond, Burst: 5, Headers: true}).Middleware(nothing)
		start, passed := time.Now(), 0
		for time.Since(start) < 10*time.Second {
			w := serve(h, get("192.0.2.1:1"))
			if most := 5 + int(time.Since(start)/(100*time.Millisecond)); w.Code == 200 {
				if passed++; passed > most {
					t.Fatalf("%d passed after %v, want %d at most", passed, time.Since(start), most)
				}
			} else if passed < most {
				t.Fatalf("refused after %v, %d passed, want %d", time.Since(start), passed, most)
			}
			if w := serve(h, get("192.0.2.2:1")); time.Since(start) == 0 && w.Header().Get("RateLimit") != `"default";r=4;t=1` {
				t.Errorf("RateLimit %s", w.Header().Get("RateLimit"))
			}
			time.Sleep(7 * time.Millisecond)
		}
	})
}

// A client that was away for long has its burst again, and not what it did not use before.
func TestNothingIsSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.NewRate(&limit.RateOptions{Every: time.Second, Burst: 3})
		for range 3 {
			passed := 0
			for range 10 {
				if l.Allow("a") {
					passed++
				}
			}
			if passed != 3 || l.Forgotten() != 0 {
				t.Errorf("%d passed, want 3; %d forgotten", passed, l.Forgotten())
			}
			time.Sleep(time.Hour)
		}
	})
}

func TestRefusalSaysWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := limit.NewRate(&limit.RateOptions{Every: 2500 * time.Millisecond, Burst: 2}).Middleware(nothing)
		for i := range 3 {
			w := serve(h, get("192.0.2.1:1"))
			if i < 2 {
				if w.Code != 200 || len(w.Header()) != 0 {
					t.Errorf("%d: %d %v", i, w.Code, w.Header())
				}
				continue
			}
			want := http.Header{"Retry-After": {"3"}, "Ratelimit": {`"default";r=0;t=5`}, "Ratelimit-Policy": {`"default";q=2;w=5`},
				"Content-Type": {"application/problem+json"}, "Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"}}
			if got := fmt.Sprint(w.Header()); w.Code != 429 || got != fmt.Sprint(want) {
				t.Errorf("%d %s, want 429 %v", w.Code, got, want)
			}
		}
		time.Sleep(2499 * time.Millisecond)
		if w := serve(h, get("192.0.2.1:1")); w.Code != 429 {
			t.Error("came too early and passed")
		}
		time.Sleep(time.Millisecond)
		if w := serve(h, get("192.0.2.1:1")); w.Code != 200 {
			t.Error("came when told and was refused")
		}
	})
}

func TestWhoIsOneClient(t *testing.T) {
	proxies, err := ipfilter.NewProxies(&ipfilter.ProxyOptions{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	o := limit.RateOptions{Every: time.Hour, Burst: 1, Proxies: proxies}
	behind := func(forwarded string) *http.Request {
		r := get("10.0.0.1:1")
		r.Header.Set("X-Forwarded-For", forwarded)
		return r
	}
	keyed := func(key string) *http.Request { r := get("192.0.2.1:1"); r.Header.Set("Key", key); return r }
	byKey := limit.RateOptions{Every: time.Hour, Burst: 1, Key: func(r *http.Request) string { return r.Header.Get("Key") }}
	for name, tt := range map[string]struct {
		o    limit.RateOptions
		a, b *http.Request
		same bool
	}{
		"two ports":             {o, get("192.0.2.1:1"), get("192.0.2.1:2"), true},
		"two IPv4":              {o, get("192.0.2.1:1"), get("192.0.2.2:1"), false},
		"mapped":                {o, get("192.0.2.1:1"), get("[::ffff:192.0.2.1]:1"), true},
		"a /64":                 {o, get("[2001:db8::1]:1"), get("[2001:db8::ffff:1]:1"), true},
		"two /64":               {o, get("[2001:db8::1]:1"), get("[2001:db8:0:1::1]:1"), false},
		"spoofed by a stranger": {o, get("192.0.2.1:1"), func() *http.Request { r := get("192.0.2.1:1"); r.Header.Set("X-Forwarded-For", "6.6.6.6"); return r }(), true},
		"behind a proxy":        {o, behind("192.0.2.1"), behind("192.0.2.2"), false},
		"spoofed behind it":     {o, behind("6.6.6.6, 192.0.2.1"), behind("7.7.7.7, 192.0.2.1"), true},
		"unknown":               {o, behind("unknown"), behind("-"), true},
		"keys":                  {byKey, keyed("a"), keyed("b"), false},
		"a key":                 {byKey, keyed("a"), keyed("a"), true},
		"no key":                {byKey, keyed(""), keyed(""), false},
	} {
		h := limit.NewRate(&tt.o).Middleware(nothing)
		first, second := serve(h, tt.a).Code, serve(h, tt.b).Code
		if first != 200 || (second == 429) != tt.same {
			t.Errorf("%s: %d, %d, want the same client: %t", name, first, second, tt.same)
		}
	}
}

// A flood of keys neither frees a client that is being limited nor costs memory.
func TestFloodOfKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.NewRate(&limit.RateOptions{Every: time.Second, Burst: 100, Keys: 1000})
		for range 100 {
			if !l.Allow("greedy") {
				t.Fatal("refused within the burst")
			}
		}
		allocs := testing.AllocsPerRun(1, func() {
			for i := range 50_000 {
				if !l.Allow(string([]byte{byte(i), byte(i >> 8), byte(i >> 16)})) {
					t.Fatal("a new client is refused")
				}
				if i%100 == 0 && l.Allow("greedy") {
					t.Fatalf("after %d other clients the greedy one is free", i)
				}
			}
		})
		if allocs > 50_001 { // the strings of this test, if they escape
			t.Errorf("%v allocations", allocs)
		}
		if l.Forgotten() == 0 {
			t.Error("50,000 clients in 1,000 places, and none is forgotten")
		}
	})
}

// Forgotten counts those that were still limited, and not those whose time was over.
func TestOnlyTheLimitedAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.NewRate(&limit.RateOptions{Every: time.Second, Burst: 1, Keys: 7})
		come := func(names string) {
			for _, name := range names {
				if !l.Allow(string(name)) {
					t.Errorf("%c is refused", name)
				}
			}
		}
		come("abcdefg")
		time.Sleep(time.Second)
		come("ABCDEFG")
		if n := l.Forgotten(); n != 0 {
			t.Errorf("%d were forgotten while they were limited, want none", n)
		}
		come("xyz")
		if n := l.Forgotten(); n != 3 {
			t.Errorf("%d were forgotten while they were limited, want 3", n)
		}
	})
}

// The longest window that is taken does not overflow.
func TestLongestWindow(t *testing.T) {
	const hours = 73 * 365 * 24
	l := limit.NewRate(&limit.RateOptions{Every: time.Hour, Burst: hours})
	for range 3 {
		if !l.Allow("a") {
			t.Error("refused")
		}
	}
	defer func() {
		if v := fmt.Sprint(recover()); !strings.Contains(v, "limit: RateOptions.Burst is") {
			t.Errorf("panic %v", v)
		}
	}()
	limit.NewRate(&limit.RateOptions{Every: time.Hour, Burst: hours + 365*24})
}

func TestRateConcurrently(t *testing.T) {
	l := limit.NewRate(&limit.RateOptions{Every: time.Hour, Burst: 1000})
	var wg sync.WaitGroup
	passed := make([]int, 4)
	for i := range passed {
		wg.Go(func() {
			for range 1000 {
				if l.Allow("one") {
					passed[i]++
				}
			}
		})
	}
	wg.Wait()
	if n := passed[0] + passed[1] + passed[2] + passed[3]; n != 1000 {
		t.Errorf("%d passed, want 1000", n)
	}
}

func TestBody(t *testing.T) {
	read := -1
	var failed error
	h := limit.NewBody(&limit.BodyOptions{Max: 10}).Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b []byte
		b, failed = io.ReadAll(r.Body)
		read = len(b)
		if _, again := r.Body.Read(make([]byte, 1)); failed != nil && fmt.Sprint(again) != failed.Error() {
			t.Errorf("the body goes on with %v after its error", again)
		}
		if r.URL.Path == "/answers" {
			w.WriteHeader(400)
		}
	}))
	for _, tt := range []struct {
		path      string
		size      int
		announced bool
		status    int
		read      int
	}{
		{"/", 0, true, 200, 0}, {"/", 10, true, 200, 10}, {"/", 11, true, 413, -1},
		{"/", 0, false, 200, 0}, {"/", 10, false, 200, 10}, {"/", 11, false, 413, 10}, {"/", 100000, false, 413, 10},
		{"/answers", 11, false, 400, 10},
	} {
		read, failed = -1, nil
		r := httptest.NewRequest("POST", tt.path, bytes.NewReader(make([]byte, tt.size)))
		if !tt.announced {
			r.ContentLength = -1
		}
		w := serve(h, r)
		var tooLong *http.MaxBytesError
		if w.Code != tt.status || read != tt.read || errors.As(failed, &tooLong) != (tt.size > 10 && !tt.announced) {
			t.Errorf("%+v: %d, %d bytes read, %v", tt, w.Code, read, failed)
		}
		if closes := w.Header().Get("Connection") == "close"; closes != (tt.status == 413) {
			t.Errorf("%+v: Connection: close is %t", tt, closes)
		}
	}
}

// Through a server, where the answer must arrive although the client is still sending.
func TestBodyThroughAServer(t *testing.T) {
	srv := httptest.NewServer(limit.NewBody(&limit.BodyOptions{Max: 1000}).Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	})))
	defer srv.Close()
	for size, want := range map[int]int{1000: 200, 1001: 413} {
		for _, announced := range []bool{true, false} {
			var body io.Reader = strings.NewReader(strings.Repeat("x", size))
			if !announced {
				body = io.MultiReader(body)
			}
			resp, err := srv.Client().Post(srv.URL, "text/plain", body)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("%d bytes, announced %t: %d, want %d", size, announced, resp.StatusCode, want)
			}
		}
	}
}

// A decompressor outside leaves the announced length as it was: what counts is what comes.
func TestBodyThatAForeignMiddlewareMadeLonger(t *testing.T) {
	var read int
	var failed error
	h := limit.NewBody(&limit.BodyOptions{Max: 10}).Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var b []byte
		b, failed = io.ReadAll(r.Body)
		read = len(b)
	}))
	inflate := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", 1000)))
		h.ServeHTTP(w, r)
	})
	w := serve(inflate, httptest.NewRequest("POST", "/", strings.NewReader("12345")))
	if w.Code != 413 || read != 10 || failed == nil {
		t.Errorf("%d, %d bytes read, %v; want 413 after 10", w.Code, read, failed)
	}
}

// What has no body is left alone, and costs nothing.
func TestBodyOfNothing(t *testing.T) {
	h := limit.NewBody(nil).Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, body := range []io.ReadCloser{nil, http.NoBody} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Body = body
		if serve(h, r); r.Body != body {
			t.Errorf("a body of %T became one of %T", body, r.Body)
		}
	}
}

// Of two limits the smaller one holds, and its answer is given, whichever stands outside.
func TestTwoBodyLimits(t *testing.T) {
	for _, max := range [][2]int64{{10, 100}, {100, 10}} {
		outside, inside := limit.NewBody(&limit.BodyOptions{Max: max[0]}), limit.NewBody(&limit.BodyOptions{Max: max[1]})
		read := 0
		h := outside.Middleware(inside.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			read = len(b)
		})))
		r := httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", 50)))
		r.ContentLength = -1
		if w := serve(h, r); w.Code != 413 || read != 10 {
			t.Errorf("%d outside, %d inside: %d after %d bytes, want 413 after 10", max[0], max[1], w.Code, read)
		}
	}
}

// A panic after a body that was too long is not answered with 413: who recovers it finds nothing written.
func TestPanicBehindALongBody(t *testing.T) {
	w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader("long"))
	r.ContentLength = -1
	defer func() {
		if v := recover(); v != "boom" || w.Body.Len() > 0 {
			t.Errorf("recovered %v, answered %s", v, w.Body)
		}
	}()
	limit.NewBody(&limit.BodyOptions{Max: 1}).Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		panic("boom")
	})).ServeHTTP(w, r)
}

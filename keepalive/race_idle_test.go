package keepalive_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// soak is how many times the counts of a test are multiplied when
// HOTPATH_SOAK is set.
func soak(t *testing.T, n int) int {
	if os.Getenv("HOTPATH_SOAK") != "" {
		t.Logf("soak: %s, %d times the everyday count", t.Name(), n)
		return n
	}
	return 1
}

// once answers each POST and knows which it has seen.
type once struct {
	mu         sync.Mutex
	ids        map[string]int
	duplicates int
}

func (o *once) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if r.Method == "POST" {
		o.note(string(b))
	}
	_, _ = io.WriteString(w, "ok")
}

func (o *once) twice() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.duplicates
}

func (o *once) note(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ids[id]++; o.ids[id] > 1 {
		o.duplicates++
	}
}

// edge has every POST meet the moment at which the server at url closes its
// connection for being idle, give or take half a millisecond.
func edge(t *testing.T, url string, rt http.RoundTripper, workers, each int, idle time.Duration, stream bool) []error {
	t.Helper()
	return load(t.Context(), workers, each, func(w, i int) error {
		id := rand.Text()
		body := text(id)()
		if stream {
			body = streamed(id)()
		}
		_, _, err := exchange(t.Context(), rt, "POST", url, body)
		time.Sleep(idle - 500*time.Microsecond + time.Duration((i*7+w)%100)*10*time.Microsecond)
		return err
	})
}

// rounds bounds what goes on until the machine has let it happen: a server that
// is late each time looks like one without a limit.
const rounds = 60

// net/http's server closes without a look: a POST that comes between its timer
// and its close is reset with nothing acknowledged, like one that was read and
// reset. That is an error which says so; none is seen twice.
func TestPostsOnTheClosingEdgeOfNetHTTP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ stream, forgetful bool }{{false, true}, {true, true}, {false, false}} {
		t.Run(fmt.Sprintf("%+v", tt), func(t *testing.T) {
			t.Parallel()
			closingEdge(t, tt.stream, tt.forgetful, 16, 10*scale*soak(t, 80), false)
		})
	}
}

// https runs on net/http's connections; what is proven there is proven below TLS.
func TestPostsOnTheClosingEdgeUnderTLS(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ stream, forgetful bool }{{false, true}, {true, true}, {false, false}} {
		t.Run(fmt.Sprintf("%+v", tt), func(t *testing.T) {
			t.Parallel()
			closingEdge(t, tt.stream, tt.forgetful, 8, 4*scale*soak(t, 100), true)
		})
	}
}

// closingEdge goes on until the POSTs have met the server's close or, where it
// can be learned, kept away from it. After each round that did not, lone
// requests wait for a close that is not to be missed.
func closingEdge(t *testing.T, stream, forgetful bool, workers, each int, tls bool) {
	const idle = 20 * time.Millisecond
	h := &once{ids: make(map[string]int)}
	tr := newTransport(t, &keepalive.Transport{IdleTimeout: -1}) // what is closed in time is for what was learned
	if forgetful {
		keepalive.Forgetful(tr)
	}
	s, _ := serve(t, h, func(s *httptest.Server) {
		s.Config.IdleTimeout = idle
		if tls {
			s.StartTLS()
			tr.Base = trusting(s)
		}
	})
	for round := range rounds {
		before := tr.Stats().ClosedIdle
		errs := edge(t, s.URL, tr, workers, each, idle, stream)
		st := tr.Stats()
		t.Logf("%d POSTs: %d failed, %d duplicated; %d found closed, %d proven, %d closed in time", (round+1)*workers*each, len(errs), h.twice(), st.FoundClosed, st.RetriesProven, st.ClosedIdle)
		if n := h.twice(); n > 0 {
			t.Errorf("%d POSTs were seen twice", n)
		}
		for _, err := range errs {
			var ce *keepalive.ConnError
			if !errors.As(err, &ce) || known && ce.Seen != keepalive.Unknown {
				t.Errorf("error = %v", err)
			}
		}
		kept := int(st.ClosedIdle-before) > workers*each/8 // a few are closed for other reasons
		if !known || !forgetful && kept || forgetful && st.FoundClosed+st.RetriesProven > 0 {
			return
		}
		for range 4 {
			if _, _, err := exchange(t.Context(), tr, "GET", s.URL, nil); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(2+round%8) * idle)
		}
	}
	t.Error("the limit was not learned, or no POST met the close: this test shows nothing")
}

// Our own server says when, and closes a grace later: nothing is lost.
func TestPostsOnTheClosingEdgeOfPolicy(t *testing.T) {
	t.Parallel()
	h := &once{ids: make(map[string]int)}
	p := &keepalive.Policy{IdleTimeout: time.Second, Grace: 100 * time.Millisecond}
	tr := newTransport(t, new(keepalive.Transport))
	workers, each := 32*soak(t, 32), 2*soak(t, 50)
	s, _ := serve(t, h, func(s *httptest.Server) { p.Configure(s.Config) })
	errs := edge(t, s.URL, tr, workers, each, 1100*time.Millisecond, false)
	if n := h.twice(); len(errs) > 0 || n > 0 {
		t.Errorf("of %d POSTs %d failed and %d were seen twice: %v", workers*each, len(errs), n, errs)
	}
	if st := tr.Stats(); st.FoundClosed > 0 || st.ClosedIdle == 0 {
		t.Errorf("stats = %+v: the server was first", st.Counts)
	}
}

func TestHinted(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"timeout=5":           4 * time.Second,
		"timeout=75, max=100": 74 * time.Second,
		"max=3,Timeout=\"2\"": time.Second,
		"timeout=1":           500 * time.Millisecond,
		"timeout=0":           0,
		"timeout=-4":          0,
		"timeout=99999999999": 0,
		"timeout":             0,
		"":                    0,
	} {
		if got := keepalive.Hinted(http.Header{"Keep-Alive": {value}}); got != want {
			t.Errorf("Keep-Alive: %s means %v, want %v", value, got, want)
		}
	}
}

// One close may be a restart; three that agree are a limit.
func TestLearned(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for _, tt := range []struct {
		seen []time.Duration
		want time.Duration
	}{
		{[]time.Duration{5000 * ms, 5001 * ms}, 0},
		{[]time.Duration{5000 * ms, 5001 * ms, 4999 * ms}, 4999*ms - 4999*ms/10},
		{[]time.Duration{100 * ms, 5000 * ms, 900 * ms, 5000 * ms}, 0},
		{[]time.Duration{5 * ms, 5 * ms, 5 * ms}, 0},
		{[]time.Duration{30 * ms, 30 * ms, 30 * ms}, 20 * ms},
		{[]time.Duration{80 * ms, 80 * ms, 80 * ms, 30 * ms, 30 * ms, 30 * ms}, 20 * ms}, // the first ones were late to be found
		{[]time.Duration{80 * ms, 80 * ms, 80 * ms, 30 * ms, 30 * ms}, 70 * ms},
	} {
		if got := keepalive.Learn(tt.seen...); got != tt.want {
			t.Errorf("closes after %v teach %v, want %v", tt.seen, got, tt.want)
		}
	}
}

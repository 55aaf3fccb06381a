package keepalive_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/hotpath-go/hotpath/keepalive"
)

// ledger counts the requests of each connection as the server sees them.
type ledger struct {
	mu    sync.Mutex
	conns map[net.Conn]int
}

type ledgerKey struct{}

func (l *ledger) connContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, ledgerKey{}, c)
}

func (l *ledger) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := r.Context().Value(ledgerKey{}).(net.Conn)
		l.mu.Lock()
		if l.conns == nil {
			l.conns = make(map[net.Conn]int)
		}
		l.conns[c]++
		l.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// counts returns how many connections there were and the most one carried.
func (l *ledger) counts() (conns, most, total int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.conns {
		most = max(most, n)
		total += n
	}
	return len(l.conns), most, total
}

var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(w, r.Body)
	_, _ = io.WriteString(w, "ok")
})

// serve starts h behind a ledger; edit may change the server before it starts.
func serve(t testing.TB, h http.Handler, edit func(*httptest.Server)) (*httptest.Server, *ledger) {
	t.Helper()
	l := new(ledger)
	s := httptest.NewUnstartedServer(l.wrap(h))
	s.Config.ConnContext = l.connContext
	if edit != nil {
		edit(s)
	}
	if s.EnableHTTP2 {
		s.StartTLS()
	} else if s.URL == "" && s.TLS == nil {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s, l
}

func newTransport(t testing.TB, tr *keepalive.Transport) *keepalive.Transport {
	t.Helper()
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

// trusting builds on the server's own certificate pool.
func trusting(s *httptest.Server) *http.Transport {
	return &http.Transport{TLSClientConfig: s.Client().Transport.(*http.Transport).TLSClientConfig.Clone(), ForceAttemptHTTP2: s.EnableHTTP2}
}

// exchange sends one request and returns the whole answer.
func exchange(ctx context.Context, rt http.RoundTripper, method, url string, body io.Reader) (string, *http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return "", nil, err
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return string(b), resp, err
}

// load runs n requests on each of many workers and returns the errors.
func load(ctx context.Context, workers, n int, do func(worker, i int) error) []error {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	for w := range workers {
		wg.Go(func() {
			for i := 0; i < n && ctx.Err() == nil; i++ {
				if err := do(w, i); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return errs
}

// stream hides everything but Read, so that net/http can neither rewind nor
// measure the body.
type stream struct{ io.Reader }

package bench

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Load runs workers against url until the time is over and returns how many
// requests were answered and how many failed.
func Load(rt http.RoundTripper, url string, workers int, d time.Duration) (answered, failed int64) {
	var n, bad atomic.Int64
	var wg sync.WaitGroup
	until := time.Now().Add(d)
	for range workers {
		wg.Go(func() {
			for time.Now().Before(until) {
				if Get(rt, url) != nil {
					bad.Add(1)
				} else {
					n.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return n.Load(), bad.Load()
}

// Get is one request, read to its end.
func Get(rt http.RoundTripper, url string) error {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return err
}

// Handler answers 12 bytes after the duration that is the query.
func Handler(w http.ResponseWriter, r *http.Request) {
	if d, err := time.ParseDuration(r.URL.RawQuery); err == nil {
		time.Sleep(d)
	}
	_, _ = io.WriteString(w, "hello, world")
}

package bench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"

	"github.com/go-chi/httprate"
	"golang.org/x/time/rate"

	"github.com/hotpath-go/hotpath/middleware/limit"
)

// Limits allow requests of clients that stay within their rate.
func Limits() []Work {
	const kase, clients = "rate limit, 1,000 clients", 1000
	keys := make([]string, clients)
	for i := range keys {
		keys[i] = "192.0.2." + strconv.Itoa(i)
	}
	ours := limit.NewRate(&limit.RateOptions{Every: 1, Burst: 1 << 30})
	one := rate.NewLimiter(1e9, 1<<30)
	own := map[string]*rate.Limiter{}
	for _, k := range keys {
		own[k] = rate.NewLimiter(1e9, 1<<30)
	}
	theirs := httprate.NewRateLimiter(1<<30, time.Minute)
	return []Work{
		{kase, "hotpath, Rate.Allow", true, each(keys, func(k string) bool { return ours.Allow(k) })},
		{kase, "x/time/rate, one limiter for all", false, each(keys, func(string) bool { return one.Allow() })},
		{kase, "x/time/rate, a map that is never cleaned", false, each(keys, func(k string) bool { return own[k].Allow() })},
		{kase, "httprate, OnLimit", false, httprateLoop(theirs, keys)},
	}
}

func each(keys []string, allow func(string) bool) func(n int) {
	i := 0
	return func(n int) {
		for range n {
			if i++; i == len(keys) {
				i = 0
			}
			if !allow(keys[i]) {
				panic("bench: refused")
			}
		}
	}
}

func httprateLoop(l *httprate.RateLimiter, keys []string) func(n int) {
	w, r := NewNull(), httptest.NewRequest("GET", "/", nil).WithContext(context.Background())
	return each(keys, func(k string) bool { return !l.OnLimit(http.ResponseWriter(w), r, k) })
}

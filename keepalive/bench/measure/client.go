package main

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
	"github.com/hotpath-go/hotpath/keepalive/bench"
)

func beClient(peer, job, addr string) {
	p := bench.Peers[peer]()
	url := "http://" + addr + "/"
	var workers int
	var handler, d string
	switch kind, rest, _ := strings.Cut(job, " "); kind {
	case "load":
		scan(rest, &workers, &handler, &d)
		if handler != "0s" {
			url += "?" + handler
		}
		load(p, url, workers, parse(d))
	case "idle":
		scan(rest, &workers)
		idle(p, url, workers)
	case "spread":
		scan(rest, &workers, &d)
		spread(workers, parse(d))
	}
}

func scan(s string, to ...any) {
	if _, err := fmt.Sscan(s, to...); err != nil {
		log.Fatal(err)
	}
}

func parse(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		log.Fatal(err)
	}
	return d
}

func say(unit string, v float64) { fmt.Printf("%s | %g\n", unit, v) }

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// load includes the first dials in their count, but not in the time.
func load(p bench.Peer, url string, workers int, d time.Duration) {
	bench.Load(p, url, workers, d/4)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used, begin, first := cpu(), time.Now(), p.Dials()
	n, failed := bench.Load(p, url, workers, d)
	took := time.Since(begin).Seconds()
	used = cpu() - used
	runtime.ReadMemStats(&after)
	say("requests/client CPU s", float64(n)/used.Seconds())
	say("requests/s", float64(n)/took)
	say("dials", float64(p.Dials()))
	say("dials/s", float64(p.Dials()-first)/took)
	say("allocations/request", float64(after.Mallocs-before.Mallocs)/float64(n))
	say("failed", float64(failed))
}

// idle has n requests in flight at once, then none.
func idle(p bench.Peer, url string, n int) {
	_ = bench.Get(p, url)
	before, routines := memory()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if err := bench.Get(p, url+"?300ms"); err != nil {
				log.Fatal(err)
			}
		})
	}
	wg.Wait()
	time.Sleep(100 * time.Millisecond)
	after, more := memory()
	say("bytes/connection", (after-before)/float64(n))
	say("goroutines/connection", float64(more-routines)/float64(n))
	say("dials", float64(p.Dials()))
	runtime.KeepAlive(p)
}

// memory is heap and stacks after two collections: the first empties pools.
func memory() (bytes float64, routines int) {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse), runtime.NumGoroutine()
}

// spread is 10 backends of its own process: only the share counts.
func spread(workers int, d time.Duration) {
	var served [10]atomic.Int64
	var addrs []string
	for i := range served {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			served[i].Add(1)
			bench.Handler(w, r)
		}))
		defer s.Close()
		addrs = append(addrs, s.Listener.Addr().String())
	}
	u := &keepalive.Upstream{Addrs: addrs}
	defer u.CloseIdleConnections()
	_, failed := bench.Load(u, "http://backends/", workers, d)
	var all []float64
	sum := 0.0
	for i := range served {
		all = append(all, float64(served[i].Load()))
		sum += all[i]
	}
	say("max/mean", slices.Max(all)/(sum/10))
	say("failed", float64(failed))
}

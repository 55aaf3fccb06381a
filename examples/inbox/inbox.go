package main

import (
	"fmt"
	"hash/maphash"
	"net/http"
	"sync"

	"github.com/hotpath-go/hotpath/pool"
)

// inbox is safe for concurrent use.
type inbox struct {
	mem     pool.Bytes // bodies and answers
	workers pool.Workers
	seed    maphash.Seed

	mu     sync.Mutex
	events map[string][]string // the last ones of each account
}

const (
	maxEvent = 64 << 10
	keep     = 100 // events of an account
)

func newInbox(workers, queue int) *inbox {
	return &inbox{
		mem:     pool.Bytes{Budget: 64 << 20},
		workers: pool.Workers{Max: workers, Queue: queue},
		seed:    maphash.MakeSeed(),
		events:  map[string][]string{},
	}
}

func (in *inbox) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /accounts/{account}/events", in.post)
	mux.HandleFunc("GET /accounts/{account}/events", in.list)
	mux.HandleFunc("GET /stats", in.stats)
	return mux
}

// post answers when the event is accepted, which is before it is applied.
func (in *inbox) post(w http.ResponseWriter, r *http.Request) {
	b := in.mem.Buffer(1 << 10)
	if _, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, maxEvent)); err != nil {
		b.Release()
		http.Error(w, "the event is cut short, or longer than 64 KiB", http.StatusBadRequest)
		return
	}
	account := r.PathValue("account")
	key := maphash.String(in.seed, account) // two accounts with one key share a lane, and nothing else
	err := in.workers.TrySubmitKey(key, func() {
		defer b.Release() // the task owns b, once it is accepted
		in.apply(account, b.Bytes())
	})
	if err != nil {
		b.Release()
		w.Header().Set("Retry-After", "1")
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// apply is where a service would do its work.
func (in *inbox) apply(account string, event []byte) {
	in.mu.Lock()
	defer in.mu.Unlock()
	all := append(in.events[account], string(event))
	in.events[account] = all[max(0, len(all)-keep):]
}

// list writes an event a line, from a buffer: the lock is not held while a slow client reads.
func (in *inbox) list(w http.ResponseWriter, r *http.Request) {
	b := in.mem.Buffer(4 << 10)
	defer b.Release()
	in.mu.Lock()
	for _, event := range in.events[r.PathValue("account")] {
		_, _ = b.WriteString(event)
		_ = b.WriteByte('\n')
	}
	in.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = b.WriteTo(w)
}

func (in *inbox) stats(w http.ResponseWriter, _ *http.Request) {
	s, m := in.workers.Stats(), in.mem.Stats()
	fmt.Fprintf(w, "events: %d accepted, %d refused, %d waiting, %d goroutines\n", s.Accepted, s.Refused, s.Queued, s.Goroutines)
	fmt.Fprintf(w, "buffers: %d taken, %d made, %d bytes idle, %d bytes out\n", m.Gets, m.Misses, m.Held, m.Out)
}

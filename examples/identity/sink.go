package main

import (
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"time"
)

// Sink is the event receiver used when -events names no other: it lives on loopback in this process and counts. It shows
// what any sink must do: drop repeats by id. It is safe for concurrent use.
type Sink struct {
	server http.Server
	url    string

	mu      sync.Mutex
	seen    map[string]struct{}
	order   []string // the ids in seen, a ring: the oldest is forgotten first
	next    int
	unique  int
	repeats int
}

// sinkMemory is far more ids than a courier can post again: one batch.
const sinkMemory = 16 * postBatch

// StartSink listens on a loopback port of its own.
func StartSink() (*Sink, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Sink{url: "http://" + ln.Addr().String() + "/events", seen: map[string]struct{}{}, order: make([]string, sinkMemory)}
	s.server.Handler = s
	s.server.ReadTimeout = 10 * time.Second
	go s.server.Serve(ln)
	return s, nil
}

// Close ends the sink at once; its clients must be done.
func (s *Sink) Close() error { return s.server.Close() }

// ServeHTTP takes a JSON array of events and answers 204.
func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var events []Event
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&events); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		s.take(e.ID)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sink) take(id string) {
	if _, again := s.seen[id]; again {
		s.repeats++
		return
	}
	delete(s.seen, s.order[s.next])
	s.order[s.next], s.next = id, (s.next+1)%len(s.order)
	s.seen[id] = struct{}{}
	s.unique++
}

// Counts returns how many events came, and how many of them more than once.
func (s *Sink) Counts() (unique, repeats int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unique, s.repeats
}

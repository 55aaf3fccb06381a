package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// eventSink is the receiver of audit events a test can count in.
type eventSink struct {
	*httptest.Server
	mu     sync.Mutex
	seen   map[string]int // event id → times posted
	status int            // what to answer; 0 is 204
	hold   chan struct{}  // what every answer waits for; nil is nothing
}

func newEventSink(t *testing.T) *eventSink {
	s := &eventSink{seen: map[string]int{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *eventSink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var events []Event
	if err := json.NewDecoder(r.Body).Decode(&events); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	for _, e := range events {
		s.seen[e.ID]++
	}
	status := s.status
	s.mu.Unlock()
	if s.hold != nil {
		<-s.hold
	}
	if status == 0 {
		status = http.StatusNoContent
	}
	w.WriteHeader(status)
}

func (s *eventSink) answer(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

func (s *eventSink) unique() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen)
}

package main

import (
	"bytes"
	"io"
	"sync"

	"github.com/hotpath-go/hotpath/codec"
)

// bodyLimit is the largest event that is taken.
const bodyLimit = 64 << 10

// store holds the events. It is safe for concurrent use.
type store struct {
	mu     sync.RWMutex
	events []Event
}

// newStore decodes an array of events one at a time, as it would from a file of
// any size.
func newStore(doc []byte) (*store, error) {
	s := new(store)
	for in := (&codec.Stream{R: bytes.NewReader(doc), Array: true}); ; {
		var e Event
		switch err := in.Next(&e); err {
		case nil:
			s.events = append(s.events, e)
		case io.EOF:
			return s, nil
		default:
			return nil, err
		}
	}
}

// page is a snapshot: events are never changed, and append writes only behind its end.
func (s *store) page() *Page {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return &Page{Events: s.events}
}

func (s *store) add(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
}

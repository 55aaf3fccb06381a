package netpoll_test

import (
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/hotpath-go/hotpath/netpoll"
)

// To the server's hooks each wake is a connection of its own, from StateNew to StateClosed, under one ID.
func TestStatesOfEachWake(t *testing.T) {
	var mu sync.Mutex
	var order []net.Conn
	states := map[net.Conn][]http.ConnState{}
	l := serve(t, &netpoll.Options{ParkAfter: soon}, hello, func(s *http.Server) {
		s.ConnState = func(c net.Conn, st http.ConnState) {
			mu.Lock()
			defer mu.Unlock()
			if st == http.StateNew {
				order = append(order, c)
			}
			states[c] = append(states[c], st)
		}
	})
	c := dial(t, l)
	const requests = 4
	for range requests {
		get(t, c, "/")
		idling(t, l, 1)
	}
	c.Close()
	eventually(t, "all closed", func() bool {
		mu.Lock()
		defer mu.Unlock()
		for _, got := range states {
			if got[len(got)-1] != http.StateClosed {
				return false
			}
		}
		return true
	})
	mu.Lock()
	defer mu.Unlock()
	served := 0
	for i, c := range order {
		switch got := states[c]; {
		case slices.Equal(got, []http.ConnState{http.StateNew, http.StateClosed}) && i == 0: // parked before it spoke
		case slices.Equal(got, []http.ConnState{http.StateNew, http.StateActive, http.StateIdle, http.StateClosed}):
			served++
		case parks:
			t.Errorf("the states of connection %d are %v", i, got)
		}
		if id := c.(netpoll.Conn).ID(); id != 1 {
			t.Errorf("connection %d has id %d", i, id)
		}
	}
	if parks && served != requests {
		t.Errorf("%d lives for %d requests", served, requests)
	}
}

package keepalive_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// Of a host's unused connections LIFO uses one again and again, FIFO all in turn.
func TestOrderOfUnusedConnections(t *testing.T) {
	t.Parallel()
	if !known {
		return // the order is that of connections of our own
	}
	for order, want := range map[keepalive.Order][]int{keepalive.LIFO: {6}, keepalive.FIFO: {2, 2, 2}} {
		for _, tt := range []struct {
			name, method, says string
			pause              time.Duration
		}{
			{"PUT", "PUT", "", 0}, // a POST, late, takes the youngest
			{"PUT, rested for longer than is known", "PUT", "", 30 * time.Millisecond},
			{"POST, limit said", "POST", "timeout=60", 0},
		} {
			t.Run(fmt.Sprint(order, tt.name), func(t *testing.T) {
				t.Parallel()
				s, l := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					if tt.says != "" {
						w.Header().Set("Keep-Alive", tt.says)
					}
				}), nil)
				tr := newTransport(t, &keepalive.Transport{Order: order})
				if err := tr.Preconnect(t.Context(), s.URL, 3); err != nil {
					t.Fatal(err)
				}
				method := "PUT" // the first one, before anything is said
				for range 6 {
					if _, _, err := exchange(t.Context(), tr, method, s.URL, strings.NewReader("x")); err != nil {
						t.Fatal(err)
					}
					method = tt.method
					time.Sleep(tt.pause)
				}
				l.mu.Lock()
				defer l.mu.Unlock()
				if got := slices.Collect(maps.Values(l.conns)); !slices.Equal(got, want) {
					t.Errorf("requests of the connections: %v, want %v", got, want)
				}
			})
		}
	}
}

// A server that ends its HTTP/2 connections by GOAWAY loses no request: those
// under way are answered, the next ones go to a new connection.
func TestGoawayIsFollowed(t *testing.T) {
	t.Parallel()
	// net/http's server closes a second after its GOAWAY, read or not: a machine
	// that stands still for so long loses what was under way.
	for try := 0; ; try++ {
		err := followGoaway(t)
		if err == nil {
			return
		}
		if try == 4 {
			t.Fatal(err)
		}
		t.Log(err)
	}
}

func followGoaway(t *testing.T) error {
	s, l := policed(t, &keepalive.Policy{MaxRequests: 5}, echo, true)
	tr := newTransport(t, &keepalive.Transport{Base: trusting(s)})
	const workers, each = 4, 25
	errs := load(t.Context(), workers, each, func(w, i int) error {
		body, resp, err := exchange(t.Context(), tr, "POST", s.URL, strings.NewReader(fmt.Sprint(w, i, ";")))
		if err == nil && (body != fmt.Sprint(w, i, ";ok") || resp.ProtoMajor != 2) {
			t.Errorf("%s %q", resp.Proto, body)
		}
		return err
	})
	if len(errs) > 0 {
		return fmt.Errorf("%d of %d failed, first: %w", len(errs), workers*each, errs[0])
	}
	if conns, _, total := l.counts(); total != workers*each || conns < 5 {
		t.Errorf("%d requests on %d connections: nothing turned over", total, conns)
	}
	return nil
}

//go:build !linux || portable

package keepalive_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

func TestMissingOptionsAreErrors(t *testing.T) {
	t.Parallel()
	for name, lc := range map[string]keepalive.ListenConfig{
		"UserTimeout":  {UserTimeout: time.Hour},
		"DeferAccept":  {DeferAccept: time.Second},
		"FastOpen":     {FastOpen: 1},
		"Backlog":      {Backlog: 1},
		"Congestion":   {Congestion: "reno"},
		"ReusePort":    {ReusePort: true},
		"NotSentLowat": {NotSentLowat: 1 << 17},
	} {
		ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err == nil {
			_ = ln.Close()
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: error = %v, want errors.ErrUnsupported", name, err)
		}
	}
	s, _ := serve(t, echo, nil)
	tr := newTransport(t, &keepalive.Transport{UserTimeout: time.Hour})
	if _, _, err := exchange(t.Context(), tr, "GET", s.URL, nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Transport.UserTimeout: error = %v, want errors.ErrUnsupported", err)
	}
}

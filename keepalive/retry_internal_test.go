package keepalive

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// The pause before a try: none while kept connections are tried, then one that
// grows, for what closes new connections too.
func TestRestGrows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for try, most := range []time.Duration{staleTries + 1: freshPause, staleTries + 2: 4 * freshPause} {
			begin := time.Now()
			if err := rest(t.Context(), try); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begin); took < most/2 || took > most {
				t.Errorf("try %d rested %v, want %v to %v", try, took, most/2, most)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if rest(ctx, staleTries) != nil || rest(ctx, staleTries+1) == nil {
			t.Error("a pause outlives its request")
		}
	})
}

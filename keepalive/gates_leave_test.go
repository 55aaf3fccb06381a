package keepalive

import (
	"io"
	"testing"
)

// A request that ends in the moment in which it is given the attempt hands it
// on: without that all others would wait for ever.
func TestAnAttemptIsNotLost(t *testing.T) {
	t.Parallel()
	var gs gates
	_ = gs.shut("a", false, io.EOF)
	first, second := gs.wait("a"), gs.wait("a")
	gs.next("a")
	gs.leave("a", first)
	select {
	case v := <-second:
		if !v.probe {
			t.Errorf("verdict = %+v, want to be the attempt", v)
		}
	default:
		t.Error("nobody has the attempt")
	}
	gs.open("a")
}

package keepalive

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// A gate that a dial of before has opened is gone, and its pause with it: the
// next gate of that address keeps its own.
func TestAPauseEndsWithItsGate(t *testing.T) {
	for range 20 { // of jitter
		synctest.Test(t, func(t *testing.T) {
			var gs gates
			dial := func(do func() (net.Conn, error)) { _, _ = gs.dial(context.Background(), "a", do) }
			fail := func() (net.Conn, error) { return nil, errors.New("down") }
			go dial(func() (net.Conn, error) { time.Sleep(11 * time.Millisecond); return nil, nil })
			time.Sleep(time.Microsecond)
			dial(fail)
			time.Sleep(11 * time.Millisecond) // the slow one has opened the gate
			dial(fail)
			shut := time.Now()
			dial(func() (net.Conn, error) {
				if d := time.Since(shut); d < pauseFirst/2 {
					t.Errorf("the next attempt came after %v", d)
				}
				return nil, nil
			})
		})
	}
}

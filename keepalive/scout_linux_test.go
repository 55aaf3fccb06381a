//go:build linux && !portable

package keepalive

import (
	"net/http"
	"testing"
	"time"
)

// An address has one scout, and none that a request was kept from is lost.
func TestOneScoutAtATime(t *testing.T) {
	t.Parallel()
	var h habit
	_, first, _, _ := tlsPair(t)
	_, second, _, _ := tlsPair(t)
	h.send(newScout(time.Now(), 0), first)
	h.send(newScout(time.Now(), 0), second)
	if err := first.TCPConn.SetDeadline(time.Time{}); err != nil {
		t.Errorf("the scout is closed: %v", err)
	}
	if err := second.TCPConn.SetDeadline(time.Time{}); err == nil {
		t.Error("two scouts are open")
	}
	if !h.recall() || h.recall() || first.TCPConn.SetDeadline(time.Time{}) == nil {
		t.Error("the scout is still open")
	}
}

// What was learned of connections that carried requests says nothing of one that
// has not: a POST may be its first.
func TestAnUnusedConnectionServesAPost(t *testing.T) {
	t.Parallel()
	_, tracked, _, _ := tlsPair(t)
	tracked.habit = new(habit)
	u := &turn{t: &Transport{base: new(http.Transport)}, track: tracked.track, req: &http.Request{Method: http.MethodPost}}
	if u.late(50 * time.Millisecond) {
		t.Error("an unused connection is too risky")
	}
	if tracked.turns.Add(1); !u.late(50 * time.Millisecond) {
		t.Error("a used connection of an unknown server is safe")
	}
}

package netpoll

import (
	"net"
	"testing"
	"time"
)

// setCalls counts what reaches the connection below.
type setCalls struct {
	net.Conn
	set []time.Time
}

func (d *setCalls) SetReadDeadline(t time.Time) error { d.set = append(d.set, t); return nil }
func (d *setCalls) SetDeadline(t time.Time) error     { d.set = append(d.set, t); return nil }

// A deadline that net/http takes back twice in a row is taken back once, and no other call is kept from the connection.
func TestDeadlineIsTakenBackOnce(t *testing.T) {
	later := time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		calls func(g *gate)
		want  int
	}{
		"twice":                   {func(g *gate) { g.SetReadDeadline(time.Time{}) }, 1},
		"then another":            {func(g *gate) { g.SetReadDeadline(later) }, 2},
		"and back again":          {func(g *gate) { g.SetReadDeadline(later); g.SetReadDeadline(time.Time{}) }, 3},
		"three times":             {func(g *gate) { g.SetReadDeadline(time.Time{}); g.SetReadDeadline(time.Time{}) }, 2},
		"with both in between":    {func(g *gate) { g.SetDeadline(later); g.SetReadDeadline(time.Time{}) }, 3},
		"the first was not empty": {func(g *gate) { g.clear.Store(false); g.SetReadDeadline(time.Time{}) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			below := &setCalls{}
			g := &gate{inner: below, l: &Listener{}}
			g.hooked.Store(true)
			g.to(head)
			g.SetReadDeadline(time.Time{})
			if g.at() != passive {
				t.Fatalf("phase %d", g.at())
			}
			if c.calls(g); len(below.set) != c.want {
				t.Errorf("%d calls reached the connection, want %d: %v", len(below.set), c.want, below.set)
			}
		})
	}
}

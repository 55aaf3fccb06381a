package bench

import (
	"net/http"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/router"
)

// Swap is a way to look up while the table is replaced, or not.
type Swap struct {
	Name string
	Loop func(n int)
}

// Swaps look up GitHub's routes on one goroutine.
func Swaps() []Swap {
	return []Swap{{"no replacement", lookups(0)}, {"1,000 replacements a second", lookups(time.Millisecond)}}
}

func lookups(every time.Duration) func(n int) {
	c := Cases()[0]
	var t router.Table
	for _, r := range c.Routes {
		name := last(r)
		t.Handle(r.Method+" "+r.Path, router.Func(func(w http.ResponseWriter, r *http.Request, m middleware.Match) { Sink += len(m.Value(name)) }))
	}
	rt := router.New(&t, nil)
	loop := c.loop(rt, false)
	return func(n int) {
		if every == 0 {
			loop(n)
			return
		}
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			replace(rt, &t, every, stop)
		}()
		loop(n)
		close(stop)
		<-stopped
	}
}

func replace(rt *router.Router, t *router.Table, every time.Duration, stop <-chan struct{}) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			rt.Replace(t)
		}
	}
}

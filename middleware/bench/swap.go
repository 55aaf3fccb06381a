package bench

import (
	"time"

	"github.com/hotpath-go/hotpath/middleware/router"
)

// Swap is a way to look up while the table is replaced, or not.
type Swap struct {
	Name string
	Loop func(n int)
}

// Swaps look up GitHub's routes on one goroutine.
func Swaps() []Swap {
	github := Cases()[0].Routes
	return []Swap{
		{"no replacement", lookups(nil)},
		{"1,000 swaps a second", lookups(func(rt *router.Router, a, b *router.Table, i int) {
			if i%2 == 0 {
				a = b
			}
			rt.Replace(a)
		})},
		{"1,000 new tables a second", lookups(func(rt *router.Router, _, _ *router.Table, _ int) { rt.Replace(table(github)) })},
	}
}

func lookups(replace func(rt *router.Router, a, b *router.Table, i int)) func(n int) {
	c := Cases()[0]
	a, b := table(c.Routes), table(c.Routes)
	rt := router.New(a, nil)
	loop := c.loop(rt, false)
	if replace == nil {
		return loop
	}
	return func(n int) {
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				case <-tick.C:
					replace(rt, a, b, i)
				}
			}
		}()
		loop(n)
		close(stop)
		<-stopped
	}
}

package netpoll_test

import (
	"net/http"
	"testing"

	"github.com/hotpath-go/hotpath/netpoll"
)

func TestSmoke(t *testing.T) {
	l := serve(t, &netpoll.Options{ParkAfter: soon}, http.HandlerFunc(idHandler))
	c := dial(t, l)
	for range 5 {
		if got := get(t, c, "/"); got != "hello" {
			t.Fatal(got)
		}
		eventually(t, "parked", func() bool { return l.Stats().Parked == 1 })
	}
	t.Logf("%+v", l.Stats())
}

package compat

import (
	"net"
	"net/http"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
	"golang.org/x/net/nettest"
	"golang.org/x/net/netutil"

	"github.com/hotpath-go/hotpath/netpoll"
)

func parksAndAnswers(t *testing.T, l *netpoll.Listener) {
	t.Helper()
	c := dial(t, l)
	for range 4 {
		if got := ask(t, c, get); got != "hello" {
			t.Fatalf("%q", got)
		}
		idling(t, l, 1)
	}
	if s := l.Stats(); parks && s.Wakes < 3 {
		t.Errorf("%+v", s)
	}
}

// gin builds its http.Server out of reach.
func TestGinRunListener(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "hello") })
	l := listen(t, &netpoll.Options{ParkAfter: soon})
	done := make(chan error, 1)
	go func() { done <- r.RunListener(l) }()
	defer func() { l.Close(); <-done }()
	parksAndAnswers(t, l)
}

func TestEchoListener(t *testing.T) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.GET("/", func(c echo.Context) error { return c.String(http.StatusOK, "hello") })
	l := listen(t, &netpoll.Options{ParkAfter: soon})
	e.Listener = l
	done := make(chan error, 1)
	go func() { done <- e.Start("") }()
	defer func() { e.Close(); <-done }()
	parksAndAnswers(t, l)
}

// Parked connections count for a LimitListener below.
func TestLimitListenerBelow(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := netpoll.Listen(netutil.LimitListener(inner, 1), &netpoll.Options{ParkAfter: soon})
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) })}
	l.Install(srv)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	defer func() { srv.Close(); <-done }()
	parksAndAnswers(t, l)
}

// Accepted connections are net.Conns in every respect.
func TestNetConn(t *testing.T) {
	for name, wrap := range map[string]func(net.Listener) net.Listener{
		"tcp":  func(l net.Listener) net.Listener { return l },
		"kept": func(l net.Listener) net.Listener { return netutil.LimitListener(l, 100) },
	} {
		t.Run(name, func(t *testing.T) {
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				inner, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return nil, nil, nil, err
				}
				l, err := netpoll.Listen(wrap(inner), nil)
				if err != nil {
					return nil, nil, nil, err
				}
				if c1, err = net.Dial("tcp", l.Addr().String()); err != nil {
					return nil, nil, nil, err
				}
				if c2, err = l.Accept(); err != nil {
					return nil, nil, nil, err
				}
				return c1, c2, func() { c1.Close(); c2.Close(); l.Close() }, nil
			})
		})
	}
}

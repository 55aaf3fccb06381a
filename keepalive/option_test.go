package keepalive_test

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// What is not an option's value is refused, by field, value and cure; what its
// doc calls a value is taken.
func TestOptions(t *testing.T) {
	t.Parallel()
	type transport = keepalive.Transport
	type policy = keepalive.Policy
	type listen = keepalive.ListenConfig
	type doctor = keepalive.Doctor
	for _, tt := range []struct {
		v    any
		want string // in what is said; "" for nothing
	}{
		{&transport{MaxAge: -1}, ""},
		{&transport{Jitter: -1}, ""},
		{&transport{Jitter: 1}, ""},
		{&transport{Jitter: 1.5}, "Transport.Jitter is 1.5; give a share"},
		{&transport{Jitter: math.NaN()}, "Transport.Jitter is NaN; give a share"},
		{&transport{MaxRequests: -1}, "Transport.MaxRequests is -1; use zero"},
		{&transport{IdleTimeout: -1}, ""},
		{&transport{MaxIdle: -1}, ""},
		{&transport{MaxConns: -1}, ""},
		{&transport{Order: keepalive.FIFO + 1}, "Transport.Order is 2; use LIFO or FIFO"},
		{&transport{UserTimeout: -1}, ""},
		{&transport{UserTimeout: 1}, "UserTimeout is below"},
		{&policy{IdleTimeout: -1, Grace: -1, Jitter: -1, ReadHeaderTimeout: -1, Linger: -1}, ""},
		{&policy{Jitter: 1.5}, "Policy.Jitter is 1.5; give a share"},
		{&policy{MaxRequests: -1}, "Policy.MaxRequests is -1; use zero"},
		{&policy{MaxAge: -1}, "Policy.MaxAge is -1ns; use zero"},
		{listen{UserTimeout: -1}, "ListenConfig.UserTimeout is -1ns; use zero"},
		{listen{DeferAccept: -1}, "ListenConfig.DeferAccept is -1ns; use zero"},
		{listen{FastOpen: -1}, "ListenConfig.FastOpen is -1; use zero"},
		{listen{Backlog: -1}, "ListenConfig.Backlog is -1; use zero"},
		{listen{NotSentLowat: -1}, "ListenConfig.NotSentLowat is -1; use zero"},
		{doctor{Connections: -1}, "Doctor.Connections is -1; use zero"},
		{doctor{Rate: -1}, "Doctor.Rate is -1; use zero"},
		{doctor{Port: -1}, "Doctor.Port is -1; give 1 to 65535"},
		{doctor{Port: 65536}, "Doctor.Port is 65536; give 1 to 65535"},
		{doctor{PID: -1}, "Doctor.PID is -1; use zero"},
	} {
		t.Run(fmt.Sprintf("%T %+v", tt.v, tt.want), func(t *testing.T) {
			t.Parallel()
			got := said(t, tt.v)
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) || got != "" && !strings.HasPrefix(got, "keepalive: ") {
				t.Errorf("%T said %q, want %q", tt.v, got, tt.want)
			}
		})
	}
}

// said is the error or panic that v's first use answers with.
func said(t *testing.T, v any) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	var err error
	switch v := v.(type) {
	case *keepalive.Transport:
		s, _ := serve(t, echo, nil)
		_, _, err = exchange(t.Context(), newTransport(t, v), "GET", s.URL, nil)
	case *keepalive.Policy:
		v.Configure(new(http.Server))
	case keepalive.ListenConfig:
		var ln net.Listener
		if ln, err = v.Listen(context.Background(), "tcp", "127.0.0.1:0"); err == nil {
			_ = ln.Close()
		}
	case keepalive.Doctor:
		v.Check()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// A negative limit is none, whatever Base says.
func TestNegativeMeansNoLimit(t *testing.T) {
	t.Parallel()
	tr := newTransport(t, &keepalive.Transport{
		Base:        &http.Transport{MaxConnsPerHost: 1, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Millisecond},
		MaxConns:    -1,
		MaxIdle:     -1,
		IdleTimeout: -1,
	})
	meet := make(chan bool)
	s, _ := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		select { // two at once
		case meet <- true:
		case <-meet:
		case <-time.After(10 * time.Second):
			t.Error("the second request had to wait for the first")
		}
	}), nil)
	errs := load(t.Context(), 2, 1, func(int, int) error {
		_, _, err := exchange(t.Context(), tr, "GET", s.URL, nil)
		return err
	})
	time.Sleep(50 * time.Millisecond)
	if st := tr.Stats(); len(errs) > 0 || st.Open != 2 || st.Idle != 2 {
		t.Errorf("%v, stats = %+v, want 2 open and idle", errs, st.Counts)
	}
}

// Base's negative MaxIdleConnsPerHost keeps none, as in net/http.
func TestBaseKeepsNone(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, echo, nil)
	tr := newTransport(t, &keepalive.Transport{Base: &http.Transport{MaxIdleConnsPerHost: -1}})
	for range 2 {
		if _, _, err := exchange(t.Context(), tr, "GET", s.URL, nil); err != nil {
			t.Fatal(err)
		}
	}
	if st := tr.Stats(); st.Dials != 2 {
		t.Errorf("stats = %+v, want a connection for each request", st.Counts)
	}
}

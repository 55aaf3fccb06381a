package netpoll_test

import (
	"errors"
	"fmt"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// negative sets each number of the struct that v points to below zero, one after the other, and gives its name to f.
func negative(v any, f func(name string)) {
	s := reflect.ValueOf(v).Elem()
	for i := range s.NumField() {
		if field := s.Field(i); s.Type().Field(i).IsExported() && field.CanInt() {
			field.SetInt(-3)
			f(s.Type().Name() + "." + s.Type().Field(i).Name)
			field.SetInt(0)
		}
	}
}

// complains reports whether err says which field is wrong, what it is, and what it might be.
func complains(err any, field string) bool {
	s := fmt.Sprint(err)
	return strings.HasPrefix(s, "netpoll: "+field+" is -3") && strings.Contains(s, "zero means ")
}

// A negative option means what its field says, and where that says nothing it is refused.
func TestNegativeOptions(t *testing.T) {
	says := map[string]bool{"Options.ParkAfter": true, "Options.FirstByteTimeout": true}
	o, fields := netpoll.Options{}, 0
	negative(&o, func(name string) {
		fields++
		l, err := netpoll.Listen(listenOn(t, "tcp"), &o)
		if says[name] {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if l != nil || !complains(err, name) {
			t.Errorf("%s: got %v", name, err)
		}
		tl, tlsErr := netpoll.ListenTLS(listenOn(t, "tcp"), serverTLS, &o)
		if (tlsErr == nil) != (err == nil) {
			t.Errorf("%s: ListenTLS: %v", name, tlsErr)
		}
		if err == nil {
			l.Close()
			tl.Close()
		}
	})
	if fields != 5 {
		t.Errorf("%d fields", fields)
	}
}

func TestNegativeServer(t *testing.T) {
	fields := 0
	negative(&netpoll.Server{}, func(string) { fields++ })
	for i := range fields {
		v := &netpoll.Server{OnData: func(_ *netpoll.Stream, p []byte) (int, error) { return len(p), nil }}
		n := 0
		negative(v, func(name string) {
			if n++; n-1 != i {
				return
			}
			ln := listenOn(t, "tcp")
			end := time.AfterFunc(2*time.Second, func() { v.Close() })
			defer end.Stop()
			if err := v.Serve(ln); !complains(err, name) {
				t.Errorf("%s: got %v", name, err)
			}
			if err := ln.Close(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: the listener is open", name)
			}
		})
	}
	if fields != 9 {
		t.Errorf("%d fields", fields)
	}
}

func TestNegativeFrames(t *testing.T) {
	refused := func(name string, f func()) {
		t.Helper()
		defer func() {
			if v := recover(); !complains(v, name) {
				t.Errorf("%s: got %v", name, v)
			}
		}()
		f()
	}
	var l netpoll.LengthPrefix
	negative(&l, func(name string) {
		refused(name, func() { l.Split([]byte("\x00\x00\x00\x01x"), false) })
		refused(name, func() { l.Append(nil, []byte("x")) })
	})
	var d netpoll.Delimiter
	negative(&d, func(name string) { refused(name, func() { d.Split([]byte("x\n"), false) }) })
}

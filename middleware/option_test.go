package middleware_test

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
	"github.com/hotpath-go/hotpath/middleware/deadline"
	"github.com/hotpath-go/hotpath/middleware/health"
	"github.com/hotpath-go/hotpath/middleware/ipfilter"
	"github.com/hotpath-go/hotpath/middleware/limit"
	"github.com/hotpath-go/hotpath/middleware/metrics"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
	"github.com/hotpath-go/hotpath/middleware/router"
)

// made is a constructor: what it says about the Options it gets, as an error or a panic.
type made struct {
	name string
	make func() error
	of   any // a pointer to the Options that make uses
	nil  func() error
}

// with is made for a constructor that returns no error.
func with[O, T any](name string, construct func(*O) T) made {
	return withError(name, func(o *O) (T, error) { return construct(o), nil })
}

func withError[O, T any](name string, construct func(*O) (T, error)) made {
	o := new(O)
	call := func(o *O) (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = fmt.Errorf("%v", v)
			}
		}()
		t, err := construct(o)
		if c, ok := any(t).(io.Closer); ok && err == nil {
			_ = c.Close()
		}
		return err
	}
	return made{name, func() error { return call(o) }, o, func() error { return call(nil) }}
}

func constructors(t *testing.T) []made {
	everybody, err := ipfilter.NewTable(ipfilter.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	return []made{
		with("accesslog: Options", accesslog.New),
		withError("accesslog: FileOptions", func(o *accesslog.FileOptions) (*accesslog.File, error) {
			return accesslog.OpenFile(filepath.Join(t.TempDir(), "log"), o)
		}),
		with("deadline: Options", deadline.Piece),
		with("health: Options", health.New),
		with("ipfilter: Options", func(o *ipfilter.Options) *ipfilter.Filter { return ipfilter.New(everybody, o) }),
		withError("ipfilter: ProxyOptions", ipfilter.NewProxies),
		with("limit: BodyOptions", limit.NewBody),
		with("limit: ConcurrencyOptions", limit.NewConcurrency),
		with("limit: RateOptions", limit.NewRate),
		with("metrics: Options", metrics.New),
		with("recovery: Options", recovery.Piece),
		with("requestid: Options", requestid.Piece),
		with("router: Options", func(o *router.Options) *router.Router { return router.New(new(router.Table), o) }),
	}
}

// Nil and zero are the defaults, and every number that is negative is refused by its name, but where the field's doc gives it a
// meaning. A field that comes later is in here by itself.
func TestOptions(t *testing.T) {
	meaningful := map[string]bool{"health: Options.Delay": true}
	seen := 0
	for _, c := range constructors(t) {
		if err := c.nil(); err != nil {
			t.Errorf("%s, nil: %v", c.name, err)
		}
		if err := c.make(); err != nil {
			t.Errorf("%s, zero: %v", c.name, err)
		}
		for field, v := range numbers(c.name, reflect.ValueOf(c.of).Elem()) {
			seen++
			v.SetInt(-1)
			err := c.make()
			v.SetInt(0)
			if refused := err != nil && strings.HasPrefix(err.Error(), field+" ") && strings.Contains(err.Error(), ": "); refused == meaningful[field] {
				t.Errorf("%s = -1: %v", field, err)
			}
		}
	}
	if seen < 20 {
		t.Errorf("%d numbers found", seen)
	}
}

// numbers are the fields that hold a number, also those of structs inside.
func numbers(name string, v reflect.Value) map[string]reflect.Value {
	found := map[string]reflect.Value{}
	for i := range v.NumField() {
		field, f := name+"."+v.Type().Field(i).Name, v.Field(i)
		switch f.Kind() {
		case reflect.Int, reflect.Int64:
			found[field] = f
		case reflect.Struct:
			maps.Copy(found, numbers(field, f))
		}
	}
	return found
}

// What no sign shows is refused by its name too.
func TestOptionsThatMakeNoSense(t *testing.T) {
	if _, err := accesslog.OpenRing(filepath.Join(t.TempDir(), "ring"), -1); err == nil || !strings.Contains(err.Error(), "size is -1") {
		t.Errorf("a ring of -1 bytes: %v", err)
	}
	for name, m := range map[string]func(){
		"accesslog: Options.Format":        func() { accesslog.New(&accesslog.Options{Format: 2}) },
		"limit: RateOptions.Burst":         func() { limit.NewRate(&limit.RateOptions{Burst: 74, Every: 365 * 24 * time.Hour}) },
		"metrics: Options.Buckets begins":  func() { metrics.New(&metrics.Options{Buckets: []time.Duration{0, 1}}) },
		"metrics: Options.Buckets do not ": func() { metrics.New(&metrics.Options{Buckets: []time.Duration{2, 1}}) },
		"health: Options.Checks[0]":        func() { health.New(&health.Options{Checks: []health.Check{{Name: "database"}}}) },
	} {
		func() {
			defer func() {
				if text := fmt.Sprint(recover()); !strings.HasPrefix(text, name) {
					t.Errorf("%s: %s", name, text)
				}
			}()
			m()
		}()
	}
}

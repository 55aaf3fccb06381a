package pool_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

func takeAndForget(p *pool.Pool[session]) pool.Item[session] { return p.Get() }

func TestLeaksNameTheGet(t *testing.T) {
	var p pool.Pool[session]
	before := p.Get() // not watched
	stop := p.Watch()
	defer stop()
	known := len(p.Leaks()) // 1 in a pooldebug build
	put := p.Get()
	kept := takeAndForget(&p)
	put.Put()
	l := p.Leaks()
	if len(l) != known+1 {
		t.Fatalf("got %v, want one more than %d", l, known)
	}
	last := l[known]
	if last.Kind != "*pool_test.session" || !strings.HasPrefix(last.Stack, "\tgithub.com/hotpath-go/hotpath/pool_test.takeAndForget\n") ||
		!strings.Contains(last.String(), "watch_test.go:") {
		t.Errorf("got %s", last)
	}
	kept.Put()
	if l := p.Leaks(); len(l) != known {
		t.Errorf("got %v after Put", l)
	}
	before.Put()
	forgotten := takeAndForget(&p)
	stop()
	if l := p.Leaks(); len(l) != 0 && !pool.PoisonBuild { // which goes on watching
		t.Errorf("got %v after the watch", l)
	}
	forgotten.Put()
}

func TestLeaksOfBytes(t *testing.T) {
	var p pool.Bytes
	defer p.Watch()()
	b, c := p.Get(100), p.Buffer(10)
	c.Grow(1000)
	if l := p.Leaks(); len(l) != 2 || l[0].Kind != "[]byte of 100" || l[1].Kind != "Buffer" {
		t.Errorf("got %v", l)
	}
	p.Put(b[:10])
	c.Release()
	if l := p.Leaks(); len(l) != 0 {
		t.Errorf("got %v", l)
	}
}

// In a debug or race build, and while watched, a misuse shows both owners.
func TestMisuseShowsOwners(t *testing.T) {
	var p pool.Pool[session]
	defer p.Watch()()
	i := takeAndForget(&p)
	func() { i.Put() }()
	defer func() {
		text := fmt.Sprint(recover())
		for _, want := range []string{"pool: Item.Put", "; ", "taken by\n", "takeAndForget", "and put by\n", "TestMisuseShowsOwners.func1"} {
			if !strings.Contains(text, want) {
				t.Errorf("panic %q does not mention %q", text, want)
			}
		}
	}()
	i.Put()
}

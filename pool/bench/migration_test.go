package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/panjf2000/ants/v2"
	"github.com/valyala/bytebufferpool"

	"github.com/hotpath-go/hotpath/pool"
)

// The code pairs of ../MIGRATION.md. Each does what its twin does.

var oldBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func oldSyncPool(w io.Writer, name string) {
	b := oldBuffers.Get().(*bytes.Buffer)
	b.Reset()
	defer oldBuffers.Put(b)
	fmt.Fprintf(b, "hello %s", name)
	_, _ = w.Write(b.Bytes())
}

var newBuffers = pool.Pool[bytes.Buffer]{} // Put calls Reset

func newSyncPool(w io.Writer, name string) {
	i := newBuffers.Get()
	defer i.Put()
	b := i.Value()
	fmt.Fprintf(b, "hello %s", name)
	_, _ = w.Write(b.Bytes())
}

func oldByteBufferPool(w io.Writer, name string) {
	b := bytebufferpool.Get()
	defer bytebufferpool.Put(b)
	_, _ = b.WriteString("hello ")
	_, _ = b.WriteString(name)
	_, _ = w.Write(b.B)
}

var memory pool.Bytes

func newByteBufferPool(w io.Writer, name string) {
	b := memory.Buffer(256)
	defer b.Release()
	_, _ = b.WriteString("hello ")
	_, _ = b.WriteString(name)
	_, _ = w.Write(b.Bytes())
}

func oldAnts(w io.Writer, names []string) error {
	p, err := ants.NewPool(10)
	if err != nil {
		return err
	}
	defer p.Release()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Add(1)
		err := p.Submit(func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(w, "hello %s\n", name)
		})
		if err != nil {
			wg.Done()
			return err
		}
	}
	wg.Wait()
	return nil
}

func newAnts(ctx context.Context, w io.Writer, names []string) error {
	p := pool.Workers{Max: 10}
	var mu sync.Mutex
	for _, name := range names {
		err := p.Submit(ctx, func() {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(w, "hello %s\n", name)
		})
		if err != nil {
			return err
		}
	}
	return p.Drain(ctx)
}

func TestMigration(t *testing.T) {
	for name, pair := range map[string][2]func(io.Writer, string){
		"sync.Pool":      {oldSyncPool, newSyncPool},
		"bytebufferpool": {oldByteBufferPool, newByteBufferPool},
	} {
		for range 3 {
			var was, is strings.Builder
			pair[0](&was, "ada")
			pair[1](&is, "ada")
			if was.String() != "hello ada" || is.String() != was.String() {
				t.Errorf("%s: %q became %q", name, was.String(), is.String())
			}
		}
	}
	names := strings.Fields("ada bob cyd dan eve")
	var was, is strings.Builder
	if err := oldAnts(&was, names); err != nil {
		t.Error(err)
	}
	if err := newAnts(t.Context(), &is, names); err != nil {
		t.Error(err)
	}
	for _, name := range names {
		if line := "hello " + name + "\n"; !strings.Contains(was.String(), line) || !strings.Contains(is.String(), line) {
			t.Errorf("%q missing in %q or %q", line, was.String(), is.String())
		}
	}
}

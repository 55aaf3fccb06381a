package pool_test

import (
	"context"
	"fmt"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"

	"github.com/hotpath-go/hotpath/pool"
)

// Visit is what one request needs, and the next one needs again.
type Visit struct {
	User  string
	Roles []string
}

// Reset is called by Put.
func (v *Visit) Reset() { v.User, v.Roles = "", v.Roles[:0] }

var visits pool.Pool[Visit]

func greet(user string) string {
	i := visits.Get()
	defer i.Put()

	v := i.Value()
	v.User = user
	v.Roles = append(v.Roles, "reader")
	return "hello " + v.User
}

func ExamplePool() {
	fmt.Println(greet("ada"))
	// Output: hello ada
}

func ExamplePool_hooks() {
	tables := pool.Pool[map[string]int]{
		New:   func() *map[string]int { m := make(map[string]int, 64); return &m },
		Reset: func(m *map[string]int) { clear(*m) },
	}
	i := tables.Get()
	defer i.Put()
	(*i.Value())["a"]++
	fmt.Println(*i.Value())
	// Output: map[a:1]
}

// A second Put is an error in the program, and says so.
func ExampleItem() {
	i := visits.Get()
	i.Put()
	defer func() { fmt.Println("refused:", recover() != nil) }()
	i.Put()
	// Output: refused: true
}

func ExampleUnchecked() {
	var counters pool.Unchecked[[256]int]
	c := counters.Get()
	defer counters.Put(c)
	for _, b := range []byte("hello") {
		c[b]++
	}
	fmt.Println(c['l'])
	// Output: 2
}

func ExampleBytes() {
	var mem pool.Bytes
	b := mem.Get(1000)
	fmt.Println(len(b), cap(b))
	mem.Put(b[512:]) // a part: refused
	mem.Put(b)
	fmt.Println(mem.Stats().Refused)
	// Output:
	// 1000 1024
	// 1
}

func ExampleStats() {
	var mem pool.Bytes
	for range 3 {
		mem.Get(1 << 10) // and never put
	}
	s := mem.Stats()
	fmt.Println(s.Gets, s.Misses, s.Refused)
	// Output: 3 3 0
}

func ExampleBuffer() {
	var mem pool.Bytes
	b := mem.Buffer(256)
	defer b.Release()
	b.WriteString("n=")
	b.Append(func(p []byte) []byte { return strconv.AppendInt(p, 42, 10) })
	b.WriteByte('\n')
	b.WriteTo(os.Stdout)
	// Output: n=42
}

func ExampleBufferPool() {
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "127.0.0.1:8080"})
	proxy.BufferPool = &pool.BufferPool{}
	fmt.Println(len(proxy.BufferPool.Get()))
	// Output: 32768
}

func ExamplePoolStats() {
	var sessions pool.Pool[[64]byte]
	for range 3 {
		sessions.Get() // and never put
	}
	sessions.Get().Put()
	s := sessions.Stats()
	fmt.Println(s.Puts, s.Misses, s.Refused)
	// Output: 1 4 0
}

func ExampleWorkersStats() {
	var w pool.Workers
	_ = w.Submit(context.Background(), func() {})
	_ = w.Drain(context.Background())
	s := w.Stats()
	fmt.Println(s.Accepted, s.Refused, s.Goroutines)
	// Output: 1 0 0
}

package pool_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"os"
	"strings"

	"github.com/hotpath-go/hotpath/pool"
)

var writers = pool.Pool[bufio.Writer]{
	New:   func() *bufio.Writer { return bufio.NewWriterSize(nil, 4096) },
	Reset: func(w *bufio.Writer) { w.Reset(nil) }, // drops the connection
}

// A bufio.Writer per response, without a new buffer for each.
func ExamplePool_bufioWriter() {
	i := writers.Get()
	defer i.Put()
	w := i.Value()
	w.Reset(os.Stdout)
	fmt.Fprintln(w, "buffered")
	w.Flush()
	// Output: buffered
}

var readers = pool.Pool[bufio.Reader]{
	New:   func() *bufio.Reader { return bufio.NewReaderSize(nil, 4096) },
	Reset: func(r *bufio.Reader) { r.Reset(nil) },
}

func ExamplePool_bufioReader() {
	i := readers.Get()
	defer i.Put()
	r := i.Value()
	r.Reset(strings.NewReader("first line\nsecond"))
	line, _ := r.ReadString('\n')
	fmt.Print(line)
	// Output: first line
}

var zippers = pool.Pool[gzip.Writer]{
	New:   func() *gzip.Writer { return gzip.NewWriter(nil) },
	Reset: func(w *gzip.Writer) { w.Reset(io.Discard) },
}

// A gzip.Writer has 800 kB of tables: the value most worth a pool. A zstd
// encoder is pooled in the same way.
func ExamplePool_gzip() {
	var sink strings.Builder
	i := zippers.Get()
	defer i.Put()
	w := i.Value()
	w.Reset(&sink)
	w.Write([]byte("text"))
	w.Close()
	r, _ := gzip.NewReader(strings.NewReader(sink.String()))
	io.Copy(os.Stdout, r)
	// Output: text
}

// digest gives hash.Hash, which is an interface, a pointer to pool. Reset is
// promoted, so Put finds it.
type digest struct{ hash.Hash }

var digests = pool.Pool[digest]{New: func() *digest { return &digest{sha256.New()} }}

func ExamplePool_hash() {
	i := digests.Get()
	defer i.Put()
	io.WriteString(i.Value(), "text")
	var sum [sha256.Size]byte
	fmt.Println(hex.EncodeToString(i.Value().Sum(sum[:0]))[:8])
	// Output: 982d9e3e
}

// request is what the server pools, and Context what its handlers get: two
// words that see no other request's data, however long they are kept.
type request struct{ user string }

func (r *request) Reset() { *r = request{} }

type Context struct{ ref pool.Ref[request] }

var errOver = errors.New("request is over")

func (c Context) User() (user string, err error) {
	if !c.ref.Live() || !c.ref.With(func(r *request) { user = r.user }) {
		return "", errOver
	}
	return user, nil
}

func ExampleRef() {
	var requests pool.Pool[request]
	i := requests.Get()
	i.Value().user = "ada"
	c := Context{i.Ref()}
	fmt.Println(c.User())
	i.Put()
	fmt.Println(c.User()) // a handler that kept its context
	// Output:
	// ada <nil>
	//  request is over
}

func ExampleLocal() {
	var visits pool.Local[Visit] // this goroutine's own
	for _, user := range []string{"ada", "bob"} {
		v := visits.Get()
		v.Value().User = user
		fmt.Println(v.Value().User, len(v.Value().Roles))
		v.Put()
	}
	// Output:
	// ada 0
	// bob 0
}

func ExampleLocalItem() {
	var visits pool.Local[Visit]
	v := visits.Get()
	v.Put()
	defer func() { fmt.Println("refused:", recover() != nil) }()
	v.Value().User = "late"
	// Output: refused: true
}

func ExampleNewUnchecked() {
	zeroed := pool.NewUnchecked(nil, func(a *[4]int) { clear(a[:]) })
	a := zeroed.Get()
	a[0] = 1
	zeroed.Put(a)
	fmt.Println(zeroed.Get()[0] == 1)
	// Output: false
}

// For the hottest loop, in which one function holds Get and Put.
func ExampleUncheckedBytes() {
	var scratch pool.UncheckedBytes
	b := scratch.Get(100)
	fmt.Println(len(b), cap(b))
	scratch.Put(b)
	// Output: 100 112
}

func ExampleLocal_Stats() {
	var visits pool.Local[Visit]
	for range 100 {
		visits.Get().Put()
	}
	s := visits.Stats()
	fmt.Println(s.Puts, s.Hits+s.Misses)
	// Output: 100 100
}

func ExampleBytes_budget() {
	mem := pool.Bytes{Budget: 1 << 20}
	a, b := mem.Get(1<<20), mem.Get(1<<20) // b is beyond it
	mem.Put(a)
	mem.Put(b)
	s := mem.Stats()
	fmt.Println(s.Held, s.OverBudget, s.Refused)
	// Output: 1048576 1 1
}

func ExampleBytes_Append() {
	var mem pool.Bytes
	b := mem.Get(0)
	for range 100 {
		b = mem.Append(b, []byte("0123456789")...)
	}
	mem.Put(b)
	s := mem.Stats()
	fmt.Println(len(b), s.Out, s.Refused)
	// Output: 1000 0 0
}

func ExampleClassStats() {
	var mem pool.Bytes
	mem.Put(mem.Get(100))
	mem.Put(mem.Get(1000))
	for _, c := range mem.Classes() {
		fmt.Println(c.Size, c.Gets, c.Misses, c.Held)
	}
	// Output:
	// 112 1 1 112
	// 1024 1 1 1024
}

func ExampleBuffer_Segments() {
	var mem pool.Bytes
	head, body := mem.Buffer(64), mem.Buffer(64)
	defer head.Release()
	defer body.Release()
	body.WriteString("hello\n")
	fmt.Fprintf(head, "Content-Length: %d\n\n", body.Len())
	list := net.Buffers(body.Segments(head.Segments(nil)))
	list.WriteTo(os.Stdout) // one writev, on a connection
	// Output:
	// Content-Length: 6
	//
	// hello
}

func ExampleSlicePool() {
	var p pool.SlicePool // a mem.BufferPool; see pool/grpcpool
	b := p.Get(1000)
	fmt.Println(len(*b), cap(*b))
	p.Put(b)
	// Output: 1000 1024
}

func ExampleLeak() {
	var sessions pool.Pool[Visit]
	stop := sessions.Watch()
	defer stop()
	sessions.Get()
	for _, l := range sessions.Leaks() {
		fmt.Println(l.Kind, strings.Contains(l.Stack, "ExampleLeak"))
	}
	// Output: *pool_test.Visit true
}

func ExampleWorkers() {
	w := pool.Workers{Max: 4, Queue: 100}
	ctx := context.Background()
	var lines [3]string
	for n := range lines {
		w.Submit(ctx, func() { lines[n] = fmt.Sprint("task ", n) })
	}
	w.Drain(ctx)
	fmt.Println(strings.Join(lines[:], ", "))
	// Output: task 0, task 1, task 2
}

// The tasks of one connection run in order, beside those of others.
func ExampleWorkers_SubmitKey() {
	var w pool.Workers
	ctx := context.Background()
	const conn = 7
	var got []int
	for n := range 5 {
		w.SubmitKey(ctx, conn, func() { got = append(got, n) })
	}
	w.Drain(ctx)
	fmt.Println(got)
	// Output: [0 1 2 3 4]
}

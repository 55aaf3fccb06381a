package bench

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hotpath-go/hotpath/pool"
)

// record is one of the things a request's body is parsed into.
type record struct {
	key, value []byte
}

// requestState is what a handler needs for each request.
type requestState struct {
	in      []byte
	records []*record
	out     []byte
}

func (s *requestState) Reset() { s.in, s.records, s.out = s.in[:0], s.records[:0], s.out[:0] }

// serve reads the body, parses it into records, and writes a page of them.
// fresh makes a record.
func serve(w http.ResponseWriter, r *http.Request, s *requestState, fresh func() *record) {
	n := int(r.ContentLength)
	s.in = slices.Grow(s.in, n)[:n]
	if _, err := io.ReadFull(r.Body, s.in); err != nil {
		return
	}
	for i := 0; i+64 <= n; i += 64 {
		rec := fresh()
		rec.key, rec.value = s.in[i:i+8], s.in[i+8:i+64]
		s.records = append(s.records, rec)
	}
	for _, rec := range s.records {
		s.out = append(s.out, rec.key...)
		s.out = append(s.out, '=')
		s.out = strconv.AppendInt(s.out, int64(len(rec.value)), 10)
		s.out = append(s.out, rec.value...)
	}
	w.Header()["Content-Type"] = contentType
	_, _ = w.Write(s.out)
}

var contentType = []string{"text/plain"}

// Handlers do the same work: without pools, and with. The pooled one keeps its
// records in the state. The third answers as much, always the same, and does no
// work: what is left is net/http's, and the kernel's.
func Handlers() map[string]http.Handler {
	type pooledState struct {
		requestState
		arena []record
	}
	states := &pool.Pool[pooledState]{}
	ins := &pool.Pool[[16 << 10]byte]{}
	out := make([]byte, 256*(8+1+2+56))
	return map[string]http.Handler{
		"without": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s := &requestState{in: make([]byte, 0, 16<<10), out: make([]byte, 0, 64<<10)}
			serve(w, r, s, func() *record { return new(record) })
		}),
		"with": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			i := states.Get()
			defer i.Put()
			s := i.Value()
			if s.arena == nil {
				s.in, s.out, s.arena = make([]byte, 0, 16<<10), make([]byte, 0, 64<<10), make([]record, 256)
			}
			used := 0
			serve(w, r, &s.requestState, func() *record { used++; return &s.arena[used-1] })
		}),
		"no work": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			i := ins.Get()
			defer i.Put()
			if _, err := io.ReadFull(r.Body, i.Value()[:r.ContentLength]); err != nil {
				return
			}
			w.Header()["Content-Type"] = contentType
			_, _ = w.Write(out)
		}),
	}
}

// Traffic is what a run of requests cost the process, client included.
type Traffic struct {
	Allocs, Bytes float64 // per request
	GCs           float64
	Pause         time.Duration // of all GCs
	P99           time.Duration
}

// Serve sends n requests with 16 KiB bodies over 8 connections of a real
// net/http server, whose process has 48 MiB of live pointers besides: rate of
// them a second, or, if that is 0, each when the last one was answered, which
// gives the faster server the more to do.
func Serve(h http.Handler, n, rate int) Traffic {
	ballast := make([]*[64]byte, 400_000)
	for i := range ballast {
		ballast[i] = new([64]byte)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	srv := &http.Server{Handler: h}
	go func() { _ = srv.Serve(ln) }()
	defer srv.Close()
	const conns = 8
	took := make([]time.Duration, n/conns*conns)
	var every time.Duration
	if rate > 0 {
		every = time.Second * conns / time.Duration(rate)
	}
	run := func(each int, took []time.Duration) {
		var wg sync.WaitGroup
		begin := time.Now()
		for c := range conns {
			first := begin.Add(every * time.Duration(c) / conns)
			wg.Go(func() { client(ln.Addr().String(), took[c*each:(c+1)*each], first, every) })
		}
		wg.Wait()
	}
	run(20, make([]time.Duration, 20*conns))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run(n/conns, took)
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(ballast)
	slices.Sort(took)
	return Traffic{
		Allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
		Bytes:  float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
		GCs:    float64(after.NumGC - before.NumGC),
		Pause:  time.Duration(after.PauseTotalNs - before.PauseTotalNs),
		P99:    took[len(took)*99/100],
	}
}

// client sends one request after the other and allocates next to nothing. With
// every, a request's time begins when it was due, also if the last one was late.
func client(addr string, took []time.Duration, due time.Time, every time.Duration) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	body := strings.Repeat("key=0001"+strings.Repeat("v", 56), 256)
	request := []byte("POST / HTTP/1.1\r\nHost: bench\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
	r := bufio.NewReaderSize(c, 32<<10)
	for i := range took {
		if every == 0 {
			due = time.Now()
		}
		time.Sleep(time.Until(due))
		if _, err := c.Write(request); err != nil {
			panic(err)
		}
		skipResponse(r)
		took[i] = time.Since(due)
		due = due.Add(every)
	}
}

// skipResponse reads a chunked response, or one with a length.
func skipResponse(r *bufio.Reader) {
	length := -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			panic(err)
		}
		if len(line) == 2 {
			break
		}
		if v, ok := cutPrefix(line, "Content-Length: "); ok {
			length = number(v, 10)
		}
	}
	if length >= 0 {
		_, _ = r.Discard(length)
		return
	}
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			panic(err)
		}
		size := number(line, 16)
		_, _ = r.Discard(size + 2)
		if size == 0 {
			return
		}
	}
}

func cutPrefix(line []byte, prefix string) ([]byte, bool) {
	if len(line) < len(prefix) || string(line[:len(prefix)]) != prefix {
		return nil, false
	}
	return line[len(prefix):], true
}

func number(line []byte, base int) (n int) {
	for _, c := range line {
		switch {
		case '0' <= c && c <= '9':
			n = n*base + int(c-'0')
		case 'a' <= c && c <= 'f':
			n = n*base + int(c-'a') + 10
		default:
			return n
		}
	}
	return n
}

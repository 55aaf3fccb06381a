//go:build !race

// The race detector allocates, so these are not built with it.

package zerocopy_test

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// drain reads all that comes, so that a sender never waits for long.
func drain(t testing.TB) net.Conn {
	server, client := pair(t, "tcp")
	done := make(chan struct{})
	go func() { defer close(done); io.Copy(io.Discard, client) }()
	t.Cleanup(func() { server.Close(); <-done })
	return server
}

func TestSendToAConnAllocatesNothing(t *testing.T) {
	f := tempFile(t, noise(10_000))
	for name, b := range map[string]*zerocopy.Body{
		"memory": zerocopy.NewBody(parts(noise(10_000), 16)...),
		"file":   zerocopy.NewBody(zerocopy.String("x"), zerocopy.File(f, 0, 10_000)),
	} {
		c := drain(t)
		if got := testing.AllocsPerRun(200, func() {
			if _, err := zerocopy.Send(c, b); err != nil {
				t.Error(err)
			}
		}); got != 0 {
			t.Errorf("%s: %v allocations; want 0", name, got)
		}
	}
}

// A response of ours costs what one written by hand costs, whose header values
// are made beforehand: nothing of ours is allocated for it.
func TestReplyAllocatesNothing(t *testing.T) {
	page := noise(10_000)
	f := tempFile(t, page)
	m := mapped(t, noise(300_000))
	length, ctype := []string{"10000"}, []string{"application/octet-stream"}
	byHand := func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Length"], w.Header()["Content-Type"] = length, ctype
		w.Write(page)
	}
	for name, b := range map[string]*zerocopy.Body{
		"memory":  zerocopy.NewBody(parts(page, 16)...),
		"4 KiB":   zerocopy.NewBody(parts(page[:4000], 3)...),
		"tiny":    zerocopy.NewBody(zerocopy.String("tiny")),
		"file":    zerocopy.NewBody(zerocopy.String("x"), zerocopy.File(f, 0, 10_000)),
		"mapping": zerocopy.NewBody(m),
		"header": zerocopy.NewBody(parts(page, 3)...).WithHeader(http.Header{
			"Content-Type": {"text/plain"}, "Etag": {`"1"`}, "Cache-Control": {"max-age=60"}}),
	} {
		allocatesAs(t, name, byHand, 0.6, func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(w, r, b) })
	}
}

// A read that is broken off while it waits, as net/http's background read is for each response that waits, costs what
// package net's does: the error.
func TestReadBrokenOffAllocatesAsNetDoes(t *testing.T) {
	ours, nets := pair(t, "tcp")
	defer ours.Close()
	if got, want := brokenOff(ours), brokenOff(nets); got > want {
		t.Errorf("%v allocations; package net has %v", got, want)
	}
}

func brokenOff(c net.Conn) float64 {
	begin, ended, buf := make(chan bool), make(chan bool), make([]byte, 1)
	defer close(begin)
	go func() {
		for range begin {
			c.Read(buf)
			ended <- true
		}
	}()
	return testing.AllocsPerRun(200, func() {
		begin <- true
		time.Sleep(100 * time.Microsecond) // until it waits
		c.SetReadDeadline(time.Unix(1, 0))
		<-ended
		c.SetReadDeadline(time.Time{})
	})
}

// A hit allocates what the same response by hand does, whose seven header
// values are made beforehand.
func TestFileHitAllocatesNothing(t *testing.T) {
	page := noise(10_000)
	values := map[string][]string{"Content-Length": {"10000"}, "Content-Type": {"x/y"}, "Etag": {`"x"`},
		"Last-Modified": {"x"}, "Accept-Ranges": {"bytes"}}
	accept := []string{"gzip, br"}
	byHand := func(w http.ResponseWriter, r *http.Request) {
		r.Header["Accept-Encoding"] = accept
		maps.Copy(w.Header(), values)
		w.Write(page)
	}
	f := newFiles(t, tree(t, map[string]string{"a.bin": string(noise(3000)), "b.bin": string(noise(10_000)),
		"c.bin": string(noise(100_000)), "d.js": "x", "d.js.gz": string(noise(9000)), "i/index.html": "x"}), nil)
	for _, target := range []string{"/a.bin", "/b.bin", "/c.bin", "/d.js", "/i/"} {
		allocatesAs(t, target, byHand, 0.6+portableStat, func(w http.ResponseWriter, r *http.Request) {
			r.URL.Path = target
			r.Header["Accept-Encoding"] = accept
			f.ServeHTTP(w, r)
		})
	}
}

// The bar: a file that is remembered but neither open nor in memory costs at
// most 300 bytes, its name included.
func TestMemoryOfAFileWithoutDescriptor(t *testing.T) {
	const n = 20_000
	fsys := fstest.MapFS{}
	for i := range n {
		fsys["assets/picture-"+strconv.Itoa(i)+".png"] = &fstest.MapFile{Data: []byte("x"), ModTime: old}
	}
	f := zerocopy.NewFilesFS(lookups{fsys}, &zerocopy.FilesOptions{MemoryMax: 10, Plain: true, MemoryFile: 100})
	defer f.Close()
	before := heap()
	for name := range fsys {
		if w := ask(f, "GET", "/"+name); w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	each := float64(heap()-before) / n
	if each > 300 {
		t.Errorf("%.0f bytes for each file; want at most 300", each)
	}
	runtime.KeepAlive(f)
	runtime.KeepAlive(fsys)
}

// lookups opens without MapFS's search for directories, which takes all day.
type lookups struct{ m fstest.MapFS }

func (l lookups) Open(name string) (fs.File, error) {
	return fstest.MapFS{name: l.m[name]}.Open(name)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// allocatesAs wants of h what byHand allocates for a request, and at most so much more. Both are measured in the same moment, and
// again if need be: on a busy machine net/http's background read, see mallocs, waits in each response of the one and not of the other.
func allocatesAs(t *testing.T, name string, byHand http.HandlerFunc, more float64, h http.HandlerFunc) {
	t.Helper()
	want, got := mallocs(t, byHand), mallocs(t, h)
	for try := 0; try < 5 && got > want+more; try++ {
		want, got = mallocs(t, byHand), mallocs(t, h)
	}
	if got > want+more {
		t.Errorf("%s: %.2f allocations a request; by hand %.2f", name, got, want)
	}
}

// mallocs is how much a whole request allocates in this process; the client
// allocates nothing.
func mallocs(t *testing.T, h http.HandlerFunc) float64 {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		// Until net/http's background read waits: its end is an error that package net makes, in each response or by luck.
		time.Sleep(200 * time.Microsecond)
		h(w, r)
	})
	c := s.dial(t)
	req, buf := []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), make([]byte, 512<<10)
	c.Write(req)
	size := wholeResponse(t, c, buf)
	ask := func(n int) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			c.Write(req)
			if _, err := io.ReadFull(c, buf[:size]); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs
	}
	// A collection in between would empty net/http's pools, on a busy machine more often.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	ask(20)
	const runs = 50
	return float64(min(ask(runs), ask(runs), ask(runs), ask(runs))) / runs
}

// wholeResponse reads the first response and returns its length.
func wholeResponse(t *testing.T, c net.Conn, buf []byte) int {
	t.Helper()
	for n, size := 0, -1; ; {
		m, err := c.Read(buf[n:])
		if err != nil {
			t.Fatal(err)
		}
		n += m
		if size < 0 {
			resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(buf[:n])), nil)
			if err != nil {
				t.Fatal(err)
			}
			size = int(headerLen(buf[:n]) + resp.ContentLength)
		}
		if n >= size {
			return size
		}
	}
}

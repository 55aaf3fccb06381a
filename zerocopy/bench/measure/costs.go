//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing/fstest"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// A cost is something that is counted rather than timed.
type cost struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Bar   float64 `json:"bar"`
}

// costs counts allocations and memory in this process.
func costs(enc *json.Encoder, dir string) {
	page := make([]byte, 32<<10)
	values := map[string][]string{"Content-Length": {"1024"}, "Content-Type": {"text/plain"}, "Etag": {`"x"`},
		"Last-Modified": {"x"}, "Accept-Ranges": {"bytes"}}
	byHand := mallocs(1<<10, func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), values)
		w.Write(page[:1<<10])
	})
	files, err := zerocopy.NewFiles(dir, nil)
	check(err)
	defer files.Close()
	for _, size := range []int64{1 << 10, 256 << 10, 16 << 20} {
		enc.Encode(cost{fmt.Sprintf("allocations of ours on a hit of a file of %d KiB", size>>10), mallocs(size, files.ServeHTTP) - byHand, 0})
	}
	for _, parts := range []int{1, 16} {
		b := inParts(page, parts).WithHeader(http.Header{"Content-Type": {"text/plain"}})
		enc.Encode(cost{fmt.Sprintf("allocations of ours on a Reply of 32 KiB in %d parts", parts), mallocs(32<<10,
			func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(w, r, b) }) - byHand, 0})
	}
	enc.Encode(cost{"bytes for a cached file without descriptor, its name of 24 included", remembered(20_000), 300})
}

// mallocs is how often this process allocates for a request that h answers, to
// a client that allocates nothing.
func mallocs(size int64, h http.HandlerFunc) float64 {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	check(err)
	srv := &http.Server{Handler: h}
	defer srv.Close()
	go srv.Serve(zerocopy.NewListener(ln))
	c := dial(ln.Addr().String(), size, 0)
	defer c.close()
	least, n := math.Inf(1), 200
	if size > 1<<20 {
		n = 20
	}
	for range 5 { // a collection empties net/http's pools
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			c.request()
		}
		runtime.ReadMemStats(&after)
		least = min(least, float64(after.Mallocs-before.Mallocs)/float64(n))
	}
	return math.Round(least)
}

// remembered is the memory for each of n files that were served once and are
// neither open nor in memory, their names included.
func remembered(n int) float64 {
	fsys := fstest.MapFS{}
	for i := range n {
		fsys["assets/picture-"+strconv.Itoa(i)+".png"] = &fstest.MapFile{Data: []byte("x")}
	}
	f := zerocopy.NewFilesFS(lookups{fsys}, &zerocopy.FilesOptions{MemoryMax: 10, Plain: true, MemoryFile: 100})
	defer f.Close()
	before := heap()
	for name := range fsys {
		r, _ := http.NewRequest("GET", "/"+name, nil)
		f.ServeHTTP(httptest.NewRecorder(), r)
	}
	each := float64(heap()-before) / float64(n)
	runtime.KeepAlive(fsys)
	return each
}

// lookups opens without MapFS's search for directories.
type lookups struct{ m fstest.MapFS }

func (l lookups) Open(name string) (fs.File, error) { return fstest.MapFS{name: l.m[name]}.Open(name) }

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

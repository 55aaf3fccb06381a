package matrix

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// What a stack did with a body, in the conn's own counters.
const (
	sendfile = "sendfile" // the file never entered this process
	spliced  = "spliced"  // the upstream's body did not
	together = "together" // header and body in one call
	two      = "two"      // in two
	copied   = "copied"   // by plain writes, each seen by the writers above
)

// A stack is a way to serve a handler, with what it counts of a response.
type stack struct {
	name  string
	serve func(h http.HandlerFunc, counted *atomic.Int64) http.Handler
	// want is the way of memory, of a file by Reply, and of a Mapping by a stock Write.
	memory, file, stock string
	// counts says that the stack reports a size, and zips that it may compress.
	counts, zips bool
}

const (
	memorySize = 32_000
	fileSize   = 300_000
	mapSize    = 9 << 20 // a shorter Mapping is memory
)

func content(n int) string { return all()[:n] }

var all = sync.OnceValue(func() string { return strings.Repeat("0123456789abcdef\n", mapSize/17+1) })

func TestMatrix(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	io.WriteString(f, content(fileSize))
	m, err := zerocopy.MapBytes([]byte(content(mapSize)))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var parts []zerocopy.Part
	for s := content(memorySize); s != ""; s = s[8000:] {
		parts = append(parts, zerocopy.String(s[:8000]))
	}
	pages := zerocopy.NewBody(parts...)
	file := zerocopy.NewBody(zerocopy.File(f, 0, fileSize))
	proxy := proxied(t)
	for _, st := range stacks() {
		for _, tt := range []struct {
			name, want string
			size       int
			h          http.HandlerFunc
		}{
			{"memory", st.memory, memorySize, func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(w, r, pages) }},
			{"file", st.file, fileSize, func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(w, r, file) }},
			{"stock write of a Mapping", st.stock, mapSize, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/plain")
				n, err := strconv.Atoi(r.Header.Get("X-Size"))
				if err != nil {
					n = mapSize
				}
				w.Write(m.Bytes()[:n])
			}},
			{"proxy", upstreamWay(st), fileSize, proxy},
		} {
			if !fast && (tt.want == sendfile || tt.want == spliced) {
				tt.want = "copied"
			}
			t.Run(st.name+"/"+tt.name, func(t *testing.T) { try(t, st, tt.h, tt.size, tt.want) })
		}
	}
}

// proxied is a ReverseProxy of an upstream that has the file.
func proxied(t *testing.T) http.HandlerFunc {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", strconv.Itoa(fileSize))
		io.WriteString(w, content(fileSize))
	}))
	t.Cleanup(upstream.Close)
	to, _ := url.Parse(upstream.URL)
	tr := &http.Transport{DialContext: new(zerocopy.Dialer).DialContext, DisableCompression: true}
	t.Cleanup(tr.CloseIdleConnections)
	rp := httputil.NewSingleHostReverseProxy(to)
	rp.Transport = tr
	return zerocopy.Proxy(rp).ServeHTTP
}

// upstreamWay is that of a body to be proxied: by splice where a file leaves by sendfile.
func upstreamWay(st stack) string {
	if st.file == sendfile {
		return spliced
	}
	return st.file
}

func try(t *testing.T, st stack, h http.HandlerFunc, size int, want string) {
	var counted atomic.Int64
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := zerocopy.NewListener(inner)
	srv := &http.Server{Handler: st.serve(h, &counted), ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(ln) }()
	var received atomic.Int64
	tr := &http.Transport{DisableCompression: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		return meter{c, &received}, err
	}}
	defer func() { tr.CloseIdleConnections(); srv.Close(); <-done }()
	client := &http.Client{Transport: tr, Timeout: time.Minute}
	accepts := []string{"identity"}
	if st.zips {
		accepts = append(accepts, "gzip")
	}
	for _, accept := range accepts {
		before := settled(t, ln, &received)
		counted.Store(-1)
		req, _ := http.NewRequestWithContext(t.Context(), "GET", "http://"+ln.Addr().String()+"/page.txt", nil)
		req.Header.Set("Accept-Encoding", accept)
		if accept == "gzip" && size > fileSize {
			size = fileSize // or this test takes all day
			req.Header.Set("X-Size", strconv.Itoa(size))
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var body io.Reader = resp.Body
		zipped := resp.Header.Get("Content-Encoding") == "gzip"
		if zipped {
			if body, err = gzip.NewReader(body); err != nil {
				t.Fatal(err)
			}
		}
		var got bytes.Buffer
		got.Grow(size + bytes.MinRead)
		_, err = got.ReadFrom(body)
		resp.Body.Close()
		if err != nil || got.Len() != size || got.String() != content(size) {
			t.Errorf("%s: %d bytes, %v; want %d", accept, got.Len(), err, size)
		}
		if zipped != (accept == "gzip") {
			t.Errorf("%s: Content-Encoding %q", accept, resp.Header.Get("Content-Encoding"))
		}
		if zipped {
			continue
		}
		if l := resp.ContentLength; l != int64(size) && l != -1 {
			t.Errorf("Content-Length %d; want %d or none", l, size)
		}
		if st.counts {
			for i := 0; counted.Load() < 0 && i < 500; i++ { // it may count after the client has all
				time.Sleep(time.Millisecond)
			}
			if counted.Load() != int64(size) {
				t.Errorf("%s: the stack counted %d; want %d", accept, counted.Load(), size)
			}
		}
		if d := way(before, settled(t, ln, &received), size); d != want {
			t.Errorf("%s: %s; want %s", accept, d, want)
		}
	}
}

// A meter counts what the client received.
type meter struct {
	net.Conn
	n *atomic.Int64
}

func (m meter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.n.Add(int64(n))
	return n, err
}

// settled waits until all that the client received is counted: a call is when
// it returns, perhaps after the client has everything.
func settled(t *testing.T, ln *zerocopy.Listener, received *atomic.Int64) zerocopy.Stats {
	for range 20_000 {
		s := ln.Stats()
		if s.WriteBytes+s.GatherBytes+s.SendfileBytes+s.SpliceBytes+s.PassedBytes == uint64(received.Load()) {
			return s
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%+v; the client received %d bytes", ln.Stats(), received.Load())
	return zerocopy.Stats{}
}

func way(a, b zerocopy.Stats, size int) string {
	switch calls := b.Writes + b.Gathers - a.Writes - a.Gathers; {
	case b.SendfileBytes-a.SendfileBytes > uint64(size)-5000:
		return sendfile
	case b.SpliceBytes-a.SpliceBytes > uint64(size)-20_000: // all but what net/http reads ahead
		return spliced
	case b.Splices > a.Splices:
		return fmt.Sprint("splice of a part: ", b.SpliceBytes-a.SpliceBytes)
	case b.Sendfiles > a.Sendfiles:
		return fmt.Sprint("sendfile of a part: ", b.SendfileBytes-a.SendfileBytes)
	case calls == 1:
		return together
	case calls == 2:
		return two
	}
	return copied
}

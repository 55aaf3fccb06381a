package zerocopy_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// A chain is a client's site, a proxy, and the upstream behind it.
type chain struct {
	*site
	upstream *httptest.Server
	dialer   zerocopy.Dialer
	rp       *httputil.ReverseProxy
	log      lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// proxied serves h behind a proxy that tune may change.
func proxied(t *testing.T, h http.HandlerFunc, tune func(*httputil.ReverseProxy)) *chain {
	t.Helper()
	c := &chain{upstream: httptest.NewServer(h)}
	t.Cleanup(c.upstream.Close)
	to, _ := url.Parse(c.upstream.URL)
	tr := &http.Transport{DialContext: c.dialer.DialContext}
	t.Cleanup(tr.CloseIdleConnections)
	c.rp = httputil.NewSingleHostReverseProxy(to)
	c.rp.Transport, c.rp.ErrorLog = tr, log.New(&c.log, "", 0)
	if tune != nil {
		tune(c.rp)
	}
	c.site = serve(t, zerocopy.Proxy(c.rp).ServeHTTP)
	return c
}

// settled gives the counters when the server is idle.
func (c *chain) settled(t *testing.T) (down, up zerocopy.Stats) {
	t.Helper()
	c.client.CloseIdleConnections()
	if err := c.srv.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c.Stats(), c.dialer.Stats()
}

func sendsLength(p []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(p)))
		w.Write(p)
	}
}

// Whatever stands in the way, the client gets what the upstream sent; spliced
// says whether all of it but the fronts that net/http reads ahead went by splice.
func TestProxyGivesTheBytesOfTheUpstream(t *testing.T) {
	big := bigNoise()
	chunked := func(w http.ResponseWriter, r *http.Request) { w.(http.Flusher).Flush(); w.Write(big) }
	var sum atomic.Value
	for name, tt := range map[string]struct {
		h       http.HandlerFunc
		tune    func(*httputil.ReverseProxy)
		spliced bool
	}{
		"long":            {sendsLength(big), nil, true},
		"flushed at once": {sendsLength(big), func(p *httputil.ReverseProxy) { p.FlushInterval = -1 }, true},
		"flushed at times": {sendsLength(big), func(p *httputil.ReverseProxy) {
			p.FlushInterval = 100 * time.Microsecond
		}, true},
		"header changed": {sendsLength(big), func(p *httputil.ReverseProxy) {
			p.ModifyResponse = func(r *http.Response) error { r.Header.Set("X-Seen", "1"); return nil }
		}, true},
		"length taken away": {sendsLength(big), func(p *httputil.ReverseProxy) {
			p.ModifyResponse = func(r *http.Response) error { r.Header.Del("Content-Length"); return nil }
		}, false},
		"bytes looked at": {sendsLength(big), func(p *httputil.ReverseProxy) {
			p.ModifyResponse = func(r *http.Response) error {
				h := sha256.New()
				tee := io.TeeReader(r.Body, h)
				r.Body = struct {
					io.Reader
					io.Closer
				}{tee, closes(func() error { sum.Store([32]byte(h.Sum(nil))); return nil })}
				return nil
			}
		}, false},
		"chunked": {chunked, nil, false},
		"short":   {sendsLength(big[:1000]), nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := proxied(t, tt.h, tt.tune)
			want := big
			if name == "short" {
				want = big[:1000]
			}
			for range 2 { // on the same conns
				resp, got, err := c.get(t, "GET")
				if err != nil || resp.StatusCode != 200 {
					t.Fatal(resp, err)
				}
				equal(t, "body", got, want)
			}
			if name == "bytes looked at" && sum.Load() != sha256.Sum256(big) {
				t.Error("the hash is of other bytes")
			}
			down, _ := c.settled(t)
			ahead := down.WriteBytes + down.GatherBytes
			switch {
			case hasSplice && tt.spliced && (down.SpliceBytes < 2*uint64(len(big)-40<<10) || ahead > 2*48<<10):
				t.Errorf("%+v; want nearly all of 2×%d by splice", down, len(big))
			case !(hasSplice && tt.spliced) && down.Splices > 0:
				t.Errorf("%+v; want no splice", down)
			}
			if out := c.log.String(); out != "" {
				t.Errorf("logged %q", out)
			}
		})
	}
}

type closes func() error

func (f closes) Close() error { return f() }

// A gzipped compresses all that is written, as some middlewares do that flush.
type gzipped struct {
	http.ResponseWriter
	gz *gzip.Writer
}

func (g gzipped) WriteHeader(code int) {
	g.Header().Del("Content-Length")
	g.Header().Set("Content-Encoding", "gzip")
	g.ResponseWriter.WriteHeader(code)
}
func (g gzipped) Write(p []byte) (int, error)           { return g.gz.Write(p) }
func (g gzipped) ReadFrom(src io.Reader) (int64, error) { return io.Copy(g.gz, src) }
func (g gzipped) Flush()                                { g.gz.Flush() }

// A middleware that changes the bytes sees them.
func TestProxyBehindGzip(t *testing.T) {
	c := proxied(t, sendsLength(bigNoise()), nil)
	p := zerocopy.Proxy(c.rp)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		gz, _ := gzip.NewWriterLevel(w, gzip.NoCompression)
		z := gzipped{w, gz}
		p.ServeHTTP(z, r)
		z.gz.Close()
	})
	_, got, err := s.get(t, "GET")
	if err != nil {
		t.Fatal(err)
	}
	zr, err := gzip.NewReader(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(zr)
	if err != nil {
		t.Error(err)
	}
	equal(t, "unzipped", plain, bigNoise())
}

func TestProxyOfUploads(t *testing.T) {
	big := bigNoise()
	h := func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%x %v", sha256.Sum256(got), err)
	}
	want := fmt.Sprintf("%x <nil>", sha256.Sum256(big))
	for name, body := range map[string]func() io.Reader{
		"long":    func() io.Reader { return bytes.NewReader(big) },
		"chunked": func() io.Reader { return struct{ io.Reader }{bytes.NewReader(big)} },
	} {
		t.Run(name, func(t *testing.T) {
			c := proxied(t, h, nil)
			for range 3 {
				resp, err := c.client.Post(c.url, "x/y", body())
				if err != nil {
					t.Fatal(err)
				}
				got, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if string(got) != want {
					t.Errorf("upstream got %s; want %s", got, want)
				}
			}
			_, up := c.settled(t)
			if by := hasSplice && name == "long"; by != (up.SpliceBytes >= 3*uint64(len(big)-40<<10)) || !by && up.Splices > 0 {
				t.Errorf("%+v; spliced should be %v", up, by)
			}
		})
	}
}

// An upstream that stops in the middle must not look whole to the client, nor
// may its conn be used again.
func TestProxyOfAnUpstreamThatDies(t *testing.T) {
	c := proxied(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		w.Write(make([]byte, 300_000))
		panic(http.ErrAbortHandler)
	}, nil)
	c.upstream.Config.ErrorLog = log.New(io.Discard, "", 0)
	for range 2 {
		if resp, got, err := c.get(t, "GET"); err == nil {
			t.Errorf("%s with %d bytes in good order", resp.Status, len(got))
		}
	}
}

// A client that leaves is no reason to keep the upstream's conn, a pipe or a
// line in the log.
func TestProxyOfAClientThatLeaves(t *testing.T) {
	gone := make(chan error, 1)
	c := proxied(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(64<<20))
		var err error
		for p := make([]byte, 1<<20); err == nil; {
			_, err = w.Write(p)
		}
		gone <- err
	}, nil)
	// The pool of pipes is empty after two collections.
	runtime.GC()
	runtime.GC()
	before := openFiles(t)
	for range 4 {
		conn := c.dial(t)
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		io.CopyN(io.Discard, conn, 500_000)
		conn.Close()
		if err := <-gone; errors.Is(err, http.ErrContentLength) {
			t.Error("the upstream wrote all: nobody told it that the client had gone")
		}
	}
	for i := 0; openFiles(t) > before && i < 500; i++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	if now := openFiles(t); now > before {
		t.Errorf("%d open files; want at most %d", now, before)
	}
	if out := c.log.String(); out != "" {
		t.Errorf("logged %q", out)
	}
}

func TestProxyKeepsWhatAReverseProxyDoes(t *testing.T) {
	c := proxied(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			sendsLength(bigNoise())(w, r)
			return
		}
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, _ := rw.ReadString('\n')
		io.WriteString(conn, line)
	}, nil)
	conn := c.dial(t)
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	br := bufio.NewReader(conn)
	if resp, err := http.ReadResponse(br, nil); err != nil || resp.StatusCode != 101 {
		t.Fatal(resp, err)
	}
	io.WriteString(conn, "hello\n")
	if got, _ := io.ReadAll(br); string(got) != "hello\n" {
		t.Errorf("upgrade: %q", got)
	}
	if resp, got, err := c.get(t, "HEAD"); err != nil || resp.ContentLength != int64(len(bigNoise())) || len(got) > 0 {
		t.Errorf("HEAD: %v, %d bytes, %v", resp, len(got), err)
	}
	client, addr := serveTLS(t, zerocopy.Proxy(c.rp).ServeHTTP, true, "TLS")
	resp, err := client.Get(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	equal(t, "over HTTP/2", got, bigNoise())
}

// More bodies at once than there are inlets take the way through memory.
func TestManyProxiedBodiesAtOnce(t *testing.T) {
	n := 140
	if testing.Short() {
		n = 20
	}
	c := proxied(t, sendsLength(bigNoise()[:60_000]), nil)
	c.rp.Transport.(*http.Transport).MaxIdleConnsPerHost = 300
	c.client.Transport.(*http.Transport).MaxIdleConnsPerHost = 300
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			_, got, err := c.get(t, "GET")
			if err != nil {
				t.Error(err)
			}
			equal(t, "body", got, bigNoise()[:60_000])
		})
	}
	wg.Wait()
}

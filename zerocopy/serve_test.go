package zerocopy_test

import (
	"bytes"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// A site is an http.Server on a Listener, gone at the end of the test.
type site struct {
	*zerocopy.Listener
	srv    *http.Server
	client *http.Client
	url    string
}

func serve(t testing.TB, h http.HandlerFunc) *site {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, zerocopy.NewListener(ln), h)
}

func serveOn(t testing.TB, ln *zerocopy.Listener, h http.HandlerFunc) *site {
	t.Helper()
	tr := &http.Transport{DisableCompression: true}
	s := &site{Listener: ln, url: "http://" + ln.Addr().String(), client: &http.Client{Transport: tr, Timeout: time.Minute}}
	// Close does not wait for handlers, and one that outlives its test may read
	// files that are closed and report to a test that is over.
	var handlers sync.WaitGroup
	counted := func(w http.ResponseWriter, r *http.Request) {
		handlers.Add(1)
		defer handlers.Done()
		h(w, r)
	}
	s.srv = &http.Server{Handler: http.HandlerFunc(counted), ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() { defer close(done); s.srv.Serve(ln) }()
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		s.srv.Close()
		<-done
		handlers.Wait()
	})
	return s
}

// get returns the response with its body read, and the error of reading it.
func (s *site) get(t testing.TB, method string) (*http.Response, []byte, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	var got bytes.Buffer
	got.Grow(int(max(0, resp.ContentLength)) + bytes.MinRead)
	_, err = got.ReadFrom(resp.Body)
	return resp, got.Bytes(), err
}

func (s *site) dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	return c
}

// noise is n bytes that repeat nowhere, so that no wrong order goes unseen.
func noise(n int) []byte {
	p := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	r.Read(p)
	return p
}

// bigNoise is longer than one slice of memory, and than most socket buffers.
var bigNoise = sync.OnceValue(func() []byte { return noise(2_600_000) })

func tempFile(t testing.TB, content []byte) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	return f
}

// parts cuts p into n parts of memory.
func parts(p []byte, n int) []zerocopy.Part {
	out := make([]zerocopy.Part, 0, n)
	for i := range n {
		from, to := len(p)*i/n, len(p)*(i+1)/n
		if i%2 == 0 {
			out = append(out, zerocopy.Bytes(p[from:to]))
		} else {
			out = append(out, zerocopy.String(string(p[from:to])))
		}
	}
	return out
}

// A sample is a Body and the bytes it must give.
type sample struct {
	name string
	body *zerocopy.Body
	want []byte
}

func samples(t testing.TB) []sample {
	page, big := noise(40_000), bigNoise()
	f := tempFile(t, big)
	mixed := bytes.Join([][]byte{page[:100], big[5:2_500_000], page, big[len(big)-9:], page[:7]}, nil)
	inner := zerocopy.NewBody(zerocopy.Bytes(page[:100]), zerocopy.File(f, 5, 2_500_000-5), zerocopy.Bytes(nil))
	return []sample{
		{"empty", zerocopy.NewBody(), nil},
		{"tiny", zerocopy.NewBody(zerocopy.String("hello")), []byte("hello")},
		{"one of 3 KiB", zerocopy.NewBody(zerocopy.Bytes(page[:3<<10])), page[:3<<10]},
		{"one of 40 kB", zerocopy.NewBody(zerocopy.Bytes(page)), page},
		{"16 parts of 32 KiB", zerocopy.NewBody(parts(page[:32<<10], 16)...), page[:32<<10]},
		{"3000 parts", zerocopy.NewBody(parts(page, 3000)...), page},
		{"1100 long parts", zerocopy.NewBody(parts(big[:2_400_000], 1100)...), big[:2_400_000]}, // more than IOV_MAX
		{"large", zerocopy.NewBody(parts(big, 5)...), big},
		{"small file", zerocopy.NewBody(zerocopy.File(f, 1, 700)), big[1:701]},
		{"large file", zerocopy.NewBody(zerocopy.File(f, 0, int64(len(big)))), big},
		{"mixed and nested", zerocopy.NewBody(inner, zerocopy.Bytes(page), zerocopy.File(f, int64(len(big)-9), 9),
			zerocopy.String(string(page[:7]))), mixed},
	}
}

// equal reports a difference without printing megabytes.
func equal(t testing.TB, what string, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	t.Errorf("%s: got %d bytes, want %d; they differ from byte %d", what, len(got), len(want), i)
}

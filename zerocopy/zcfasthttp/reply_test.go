package zcfasthttp_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/hotpath-go/hotpath/zerocopy"
	"github.com/hotpath-go/hotpath/zerocopy/zcfasthttp"
)

// serve runs h until the end of the test.
func serve(t *testing.T, wrap bool, h fasthttp.RequestHandler) (*zerocopy.Listener, string) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := zerocopy.NewListener(inner)
	var use net.Listener = ln
	if !wrap {
		use = inner
	}
	srv := &fasthttp.Server{Handler: h, NoDefaultServerHeader: true}
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(use) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := srv.Shutdown(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return ln, "http://" + inner.Addr().String()
}

func get(t *testing.T, method, url string, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	if req.Header.Get("Accept-Encoding") == "" {
		req.Header.Set("Accept-Encoding", "identity")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

func TestReplyIsOneCallForMemoryAndTwoForAFile(t *testing.T) {
	text := strings.Repeat("text", 5000)
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.WriteString(strings.Repeat(text, 5))
	for name, tt := range map[string]struct {
		body  *zerocopy.Body
		files uint64
	}{
		"memory": {zerocopy.NewBody(zerocopy.String(text[:9000]), zerocopy.String(text[9000:])), 0},
		"tiny":   {zerocopy.NewBody(zerocopy.String("tiny")), 0},
		"file":   {zerocopy.NewBody(zerocopy.File(f, 0, 100_000)), 1},
	} {
		want, _ := io.ReadAll(tt.body.NewReader())
		for _, wrap := range []bool{true, false} {
			ln, url := serve(t, wrap, func(ctx *fasthttp.RequestCtx) { zcfasthttp.Reply(ctx, tt.body) })
			for range 2 {
				if resp, got := get(t, "GET", url); !bytes.Equal(got, want) || resp.ContentLength != tt.body.Len() {
					t.Errorf("%s: %d bytes, Content-Length %d", name, len(got), resp.ContentLength)
				}
			}
			// A call is counted after it returns, perhaps after the client has it all.
			var s zerocopy.Stats
			for wait := 0; wrap && fast && wait < 2000; wait++ {
				if s = ln.Stats(); s.Writes+s.Gathers >= 2 && s.Sendfiles >= 2*tt.files {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if wrap && fast && (s.Writes+s.Gathers != 2 || s.Sendfiles != 2*tt.files) {
				t.Errorf("%s: %+v for two requests; want %d sendfile each", name, s, tt.files)
			}
		}
	}
}

// What takes the place of an announced body must not be kept back.
func TestNothingStaysHeld(t *testing.T) {
	big := zerocopy.NewBody(zerocopy.String(strings.Repeat("big", 9000)))
	for name, h := range map[string]fasthttp.RequestHandler{
		"another body": func(ctx *fasthttp.RequestCtx) { zcfasthttp.Reply(ctx, big); ctx.SetBodyString("small") },
		"reset": func(ctx *fasthttp.RequestCtx) {
			zcfasthttp.Reply(ctx, big)
			ctx.Response.Reset()
			ctx.WriteString("small")
		},
		"error":   func(ctx *fasthttp.RequestCtx) { zcfasthttp.Reply(ctx, big); ctx.Error("small", 500) },
		"timeout": func(ctx *fasthttp.RequestCtx) { zcfasthttp.Reply(ctx, big); ctx.TimeoutError("small") },
	} {
		_, url := serve(t, true, h)
		for range 2 {
			if _, got := get(t, "GET", url); string(got) != "small" {
				t.Errorf("%s: %.20q", name, got)
			}
		}
	}
}

// Files below fasthttp gives what it gives below net/http, and lets go of every
// file in the end.
func TestHandlerEqualsNetHTTP(t *testing.T) {
	dir := t.TempDir()
	for name, size := range map[string]int{"small.txt": 100, "large.txt": 100_000, "large.txt.gz": 50_000, "d/index.html": 9, "empty.txt": 0} {
		os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755)
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Repeat([]byte{'a'}, size), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := zerocopy.NewFiles(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, url := serve(t, true, zcfasthttp.Handler(f))
	std := httptest.NewServer(f)
	defer std.Close()
	http.DefaultClient.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	defer func() { http.DefaultClient.CheckRedirect = nil }()
	etag := ""
	for _, target := range []string{"/small.txt", "/large.txt", "/d/", "/d", "/d?x=1", "/d?x=a%2Fb&&y=~+z", "/empty.txt", "/no", "/large.txt/"} {
		for _, header := range [][]string{{}, {"Range", "bytes=5-50"}, {"Range", "bytes=0-0,5-6"}, {"Range", "bytes=999999-"},
			{"Accept-Encoding", "gzip"}, {"Accept-Encoding", "br", "Accept-Encoding", "gzip"},
			{"If-None-Match", "*"}, {"If-Match", `"no"`}, {"If-None-Match", etag}} {
			for _, method := range []string{"GET", "HEAD", "POST"} {
				got, gotBody := get(t, method, url+target, header...)
				want, wantBody := get(t, method, std.URL+target, header...)
				for _, k := range []string{"Etag", "Last-Modified", "Content-Range", "Accept-Ranges", "Vary", "Content-Encoding", "Location", "Allow", "Content-Type"} {
					g, w := got.Header.Get(k), want.Header.Get(k)
					if k == "Content-Type" && strings.HasPrefix(g, "multipart/byteranges") && strings.HasPrefix(w, "multipart/byteranges") {
						gotBody, wantBody = nil, nil // boundaries differ
						continue
					}
					if g != w {
						t.Errorf("%s %s %q: %s %q; want %q", method, target, header, k, g, w)
					}
				}
				if got.StatusCode != want.StatusCode || !bytes.Equal(gotBody, wantBody) || got.ContentLength != want.ContentLength {
					t.Errorf("%s %s %q: %d, %d bytes, length %d; want %d, %d, %d", method, target, header, got.StatusCode,
						len(gotBody), got.ContentLength, want.StatusCode, len(wantBody), want.ContentLength)
				}
				etag = want.Header.Get("Etag")
			}
		}
	}
	f.Close()
	for i := 0; openIn(dir) > 0; i++ {
		if i == 100 {
			t.Fatalf("%d files of the directory are open after Close", openIn(dir))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// openIn counts this process's open files below dir, where the system tells.
func openIn(dir string) (n int) {
	fds, _ := os.ReadDir("/proc/self/fd")
	for _, fd := range fds {
		if to, _ := os.Readlink("/proc/self/fd/" + fd.Name()); strings.HasPrefix(to, dir) {
			n++
		}
	}
	return n
}

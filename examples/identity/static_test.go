package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// staticDir has a page, a large file, a subdirectory, and ways out: a file next to it and a link to that.
func staticDir(t *testing.T) (dir string) {
	t.Helper()
	base := t.TempDir()
	dir = filepath.Join(base, "public")
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(base, "secret.txt"), "secret")
	writeFile(t, filepath.Join(dir, "index.html"), "<h1>index</h1>")
	writeFile(t, filepath.Join(dir, "page.txt"), "0123456789")
	writeFile(t, filepath.Join(dir, "large.bin"), strings.Repeat("large file ", 100_000))
	writeFile(t, filepath.Join(dir, "empty.txt"), "")
	writeFile(t, filepath.Join(dir, "sub", "page.html"), "<p>sub")
	if err := os.Symlink(filepath.Join("..", "secret.txt"), filepath.Join(dir, "link.txt")); err != nil {
		t.Logf("no symbolic links here: %v", err)
	}
	return dir
}

func TestStaticFiles(t *testing.T) {
	forEachVariant(t, Config{static: staticDir(t)}, func(t *testing.T, p *program) {
		for path, want := range map[string]string{
			"/":                     "<h1>index</h1>",
			"/static/":              "<h1>index</h1>",
			"/static/index.html":    "<h1>index</h1>",
			"/static/page.txt":      "0123456789",
			"/static/large.bin":     strings.Repeat("large file ", 100_000),
			"/static/empty.txt":     "",
			"/static/sub/page.html": "<p>sub",
		} {
			get := call(t, "GET", p.url+path, "")
			if get.status != 200 || get.body != want || get.header.Get("Etag") == "" || get.header.Get("Last-Modified") == "" || get.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("GET %s: %d, %d bytes, %v", path, get.status, len(get.body), get.header)
			}
			head := call(t, "HEAD", p.url+path, "")
			if head.status != 200 || head.body != "" {
				t.Errorf("HEAD %s: %d %q", path, head.status, head.body)
			}
			for _, name := range []string{"Content-Length", "Content-Type", "X-Content-Type-Options", "Etag", "Last-Modified", "Accept-Ranges"} {
				if g, h := get.header.Get(name), head.header.Get(name); g != h {
					t.Errorf("%s %s: GET %q, HEAD %q", path, name, g, h)
				}
			}
			again := call(t, "GET", p.url+path, "", "If-None-Match", get.header.Get("Etag"))
			if again.status != http.StatusNotModified || again.body != "" {
				t.Errorf("If-None-Match %s: %d %q", path, again.status, again.body)
			}
			changed := call(t, "GET", p.url+path, "", "If-None-Match", `"other"`)
			if changed.status != 200 || changed.body != want {
				t.Errorf("If-None-Match of another: %s: %d", path, changed.status)
			}
			since := call(t, "GET", p.url+path, "", "If-Modified-Since", get.header.Get("Last-Modified"))
			if since.status != http.StatusNotModified {
				t.Errorf("If-Modified-Since %s: %d", path, since.status)
			}
		}
		part := call(t, "GET", p.url+"/static/page.txt", "", "Range", "bytes=2-4")
		if part.status != http.StatusPartialContent || part.body != "234" || part.header.Get("Content-Range") != "bytes 2-4/10" {
			t.Errorf("range: %d %q %v", part.status, part.body, part.header)
		}
	})
}

// A file larger than what the kernel buffers takes a slow client longer than an answer may take, and arrives whole.
func TestSlowDownload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const size = 32 << 20
	writeFile(t, filepath.Join(dir, "large.bin"), "")
	if err := os.Truncate(filepath.Join(dir, "large.bin"), size); err != nil {
		t.Fatal(err)
	}
	forEachVariant(t, Config{static: dir}, func(t *testing.T, p *program) {
		t.Parallel()
		conn := dial(t, p)
		io.WriteString(conn, "GET /static/large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
		time.Sleep(patience.write + time.Second)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, resp.Body); n != size || err != nil {
			t.Errorf("%d bytes of %d, %v", n, size, err)
		}
	})
}

func TestStaticStaysInside(t *testing.T) {
	forEachVariant(t, Config{static: staticDir(t)}, func(t *testing.T, p *program) {
		for _, path := range []string{
			"/static/link.txt", "/static/../secret.txt", "/static/%2e%2e/secret.txt", "/static/..%2fsecret.txt",
			"/static/sub/../../../secret.txt", "/static//secret.txt", "/static/%2fetc/passwd", "/static/..%5csecret.txt",
			"/static/sub", "/static/sub/", "/static/nothing", "/static/page.txt/", "/static/page.txt%00", "/static/./page.txt",
			"/static/.", "/static/..", "/static",
		} {
			a := call(t, "GET", p.url+path, "")
			if a.status != 404 || a.header.Get("Content-Type") != problemType || strings.Contains(a.body, "secret") {
				t.Errorf("GET %s: %d %q", path, a.status, a.body)
			}
		}
	})
}

func TestEmbeddedPages(t *testing.T) {
	forEachVariant(t, Config{}, func(t *testing.T, p *program) {
		for path, kind := range map[string]string{"/": "text/html", "/static/index.html": "text/html", "/static/style.css": "text/css"} {
			a := call(t, "GET", p.url+path, "")
			if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), kind) || a.body == "" || a.header.Get("Etag") == "" {
				t.Errorf("GET %s: %d %v", path, a.status, a.header)
			}
			if again := call(t, "GET", p.url+path, "", "If-None-Match", a.header.Get("Etag")); again.status != http.StatusNotModified {
				t.Errorf("If-None-Match %s: %d", path, again.status)
			}
		}
	})
}

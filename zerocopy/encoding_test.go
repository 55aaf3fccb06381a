package zerocopy_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

var forms = map[string]string{
	"app.js": "plain", "app.js.gz": "gzip", "app.js.br": "br", "app.js.zst": "zstd",
	"only.css": "plain", "only.css.gz": "gzip", "none.txt": "plain", "page/index.html": "plain", "page/index.html.br": "br",
}

func TestPrecompressed(t *testing.T) {
	f := newFiles(t, tree(t, forms), nil)
	tags := map[string]string{}
	for _, tt := range []struct{ target, accept, want string }{
		{"/app.js", "", "plain"},
		{"/app.js", "gzip, deflate, br, zstd", "zstd"},
		{"/app.js", "gzip, br", "br"},
		{"/app.js", "gzip", "gzip"},
		{"/app.js", "x-gzip", "gzip"},
		{"/app.js", "GZIP", "gzip"},
		{"/app.js", "gzip;q=0.9, br;q=0.8", "gzip"},
		{"/app.js", "br;q=0, gzip", "gzip"},
		{"/app.js", "br;q=0, gzip;q=0.000, zstd;q=0", "plain"},
		{"/app.js", "identity, gzip;q=0.5", "plain"},
		{"/app.js", "identity;q=0.5, gzip;q=0.6", "gzip"},
		{"/app.js", "identity;q=0", "plain"},
		{"/app.js", "*", "zstd"},
		{"/app.js", "*;q=0", "plain"},
		{"/app.js", "*, zstd;q=0", "br"},
		{"/app.js", "deflate", "plain"},
		{"/app.js", "gzip;q=x", "gzip"},
		{"/app.js", "gzip;q=nan", "gzip"},
		{"/app.js", " gzip ; q=1.0 ", "gzip"},
		{"/only.css", "br, gzip;q=0.1", "gzip"},
		{"/none.txt", "gzip", "plain"},
		{"/page/", "br", "br"},
		{"/app.js.gz", "gzip", "gzip"}, // the file itself, asked for by name
	} {
		w := ask(f, "GET", tt.target, "Accept-Encoding", tt.accept)
		enc := tt.want
		if enc == "plain" || tt.target == "/app.js.gz" {
			enc = ""
		}
		if w.Body.String() != tt.want || w.Header().Get("Content-Encoding") != enc {
			t.Errorf("%s for %q: %q", tt.target, tt.accept, shown(w))
		}
		if vary := w.Header().Get("Vary") == "Accept-Encoding"; vary == (tt.target == "/none.txt" || tt.target == "/app.js.gz") {
			t.Errorf("%s for %q: Vary %q", tt.target, tt.accept, w.Header()["Vary"])
		}
		if tt.target == "/app.js" {
			if w.Header().Get("Content-Type") != "text/javascript; charset=utf-8" {
				t.Errorf("%q: Content-Type %q", tt.accept, w.Header().Get("Content-Type"))
			}
			tag := w.Header().Get("Etag")
			if other, seen := tags[tag]; seen && other != tt.want {
				t.Errorf("ETag %s for %s and %s", tag, other, tt.want)
			}
			tags[tag] = tt.want
		}
	}
	if len(tags) != 4 {
		t.Errorf("ETags %v; want 4", tags)
	}
}

// A middleware that compresses names its encoding beforehand and knows nothing of
// lengths. No sibling may be sent through it, and no length of what it gets.
func TestFilesBelowACompressor(t *testing.T) {
	plain := strings.Repeat("plain ", 10_000)
	f := newFiles(t, tree(t, map[string]string{"small.txt": "plain", "small.txt.br": "br", "large.txt": plain, "large.txt.gz": "gzip"}), nil)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		f.ServeHTTP(compressing{w, z}, r)
	})
	for path, want := range map[string]string{"/small.txt": "plain", "/large.txt": plain} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "br, gzip")
		resp, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		got, err := io.ReadAll(z)
		if err != nil || resp.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %v, %v", path, resp.Header, err)
		}
		equal(t, path, got, []byte(want))
	}
}

type compressing struct {
	http.ResponseWriter
	z *gzip.Writer
}

func (c compressing) Write(p []byte) (int, error) { return c.z.Write(p) }

// Validators and ranges are of the form that is sent.
func TestPrecompressedValidatorsAndRanges(t *testing.T) {
	for name, o := range map[string]*zerocopy.FilesOptions{"hash": nil, "time": {HashMax: -1}} {
		f := newFiles(t, tree(t, forms), o)
		plain := ask(f, "GET", "/app.js").Header().Get("Etag")
		gz := ask(f, "GET", "/app.js", "Accept-Encoding", "gzip").Header().Get("Etag")
		if plain == gz {
			t.Errorf("%s: one ETag %s for two forms", name, gz)
		}
		for _, tt := range []struct {
			accept, tag string
			want        int
		}{{"gzip", gz, 304}, {"gzip", plain, 200}, {"", gz, 200}, {"", plain, 304}} {
			w := ask(f, "GET", "/app.js", "Accept-Encoding", tt.accept, "If-None-Match", tt.tag)
			if w.Code != tt.want || w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: %q with %s: %q", name, tt.accept, tt.tag, shown(w))
			}
		}
		w := ask(f, "GET", "/app.js", "Accept-Encoding", "br", "Range", "bytes=1-")
		if w.Code != 206 || w.Body.String() != "r" || w.Header().Get("Content-Range") != "bytes 1-1/2" {
			t.Errorf("%s: %q", name, shown(w))
		}
		w = ask(f, "GET", "/app.js", "Accept-Encoding", "br", "Range", "bytes=9-")
		if w.Code != 416 || w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: %q", name, shown(w))
		}
	}
	f := newFiles(t, tree(t, forms), &zerocopy.FilesOptions{Plain: true})
	if w := ask(f, "GET", "/app.js", "Accept-Encoding", "gzip"); w.Body.String() != "plain" || w.Header().Get("Vary") != "" {
		t.Errorf("Plain: %q", shown(w))
	}
}

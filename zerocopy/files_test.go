package zerocopy_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// old is a time that no clock's tick can be near.
var old = time.Date(2020, 2, 3, 4, 5, 6, 789_000_000, time.UTC)

// tree writes files below a new directory and makes them old.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		put(t, filepath.Join(dir, name), content, old)
	}
	return dir
}

func put(t testing.TB, path, content string, mtime time.Time) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, mtime, mtime); err != nil {
		t.Fatal(err)
	}
}

func newFiles(t testing.TB, dir string, o *zerocopy.FilesOptions) *zerocopy.Files {
	t.Helper()
	f, err := zerocopy.NewFiles(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// ask is a request without a server.
func ask(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://x/", nil)
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(target, "?")
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// shown is all a client sees of a response; boundaries are random by design.
func shown(w *httptest.ResponseRecorder) string {
	var b bytes.Buffer
	fmt.Fprintln(&b, w.Code)
	w.Header().Write(&b)
	b.WriteByte('\n')
	b.Write(w.Body.Bytes())
	if _, boundary, multi := strings.Cut(w.Header().Get("Content-Type"), "boundary="); multi {
		return strings.ReplaceAll(b.String(), boundary, "BOUNDARY")
	}
	return b.String()
}

// likeServeContent answers with the ETag that Files made, and by net/http.
func likeServeContent(name string, mtime time.Time, etag string, content []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", etag)
		http.ServeContent(w, r, name, mtime, bytes.NewReader(content))
	})
}

var (
	samplesOfFiles = map[string]string{
		"page.html": strings.Repeat("<p>page</p>\n", 30),
		"empty.txt": "",
		"one.bin":   "x",
		"large.bin": string(noise(17_000)),
		"unknown":   "GIF89a and more",
		"index.css": "a{}",
	}
	rangeSamples = []string{"", "bytes=0-0", "bytes=0-", "bytes=-1", "bytes=-0", "bytes=2-1", "bytes=5-9999999", "bytes=100-16999",
		"bytes=9999999-", "bytes=0-0,-1", "bytes= 0-3 , 5-6,", "bytes=0-3,5-x", "bytes=,", "bytes=", "bytes", "items=0-1",
		"bytes=--1", "bytes=-", "bytes=+1-2", "bytes=0-100,0-100,50-", "bytes=0-9223372036854775807", "bytes=0-9223372036854775808",
		"bytes=1-2,9999999-", "bytes=-9999999", "bytes=0-0,0-0,0-0", "bytes=1--1", "bytes=-+1"}
)

func conditions(etag string) []string {
	at := old.Format(http.TimeFormat)
	return []string{"", etag, "W/" + etag, `"other"`, `"a", ` + etag + `, "b"`, "*", `"bad`, `, ,"x",*`, `"a b"`,
		at, old.Add(-time.Hour).Format(http.TimeFormat), old.Add(time.Hour).Format(http.TimeFormat),
		old.Format(time.RFC850), "Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "nonsense", `W/"`, "W/"}
}

var fields = []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"}

// Files is http.ServeContent with an ETag: every range, every validator, and
// pairs of them, give the same status, header and bytes.
func TestFilesEqualsServeContent(t *testing.T) {
	dir := tree(t, samplesOfFiles)
	f := newFiles(t, dir, nil)
	soak, n := os.Getenv("HOTPATH_SOAK") == "1", 0
	for name, content := range samplesOfFiles {
		etag := ask(f, "GET", "/"+name).Header().Get("Etag")
		if len(etag) != 18 {
			t.Fatalf("%s: ETag %s; want a hash", name, etag)
		}
		want := likeServeContent(name, old, etag, []byte(content))
		check := func(method string, header ...string) {
			t.Helper()
			got, want := shown(ask(f, method, "/"+name, header...)), shown(ask(want, method, "/"+name, header...))
			if got != want {
				t.Errorf("%s %s %q:\n got %.400q\nwant %.400q", method, name, header, got, want)
			}
		}
		for _, method := range []string{"GET", "HEAD"} {
			for _, ra := range rangeSamples {
				check(method, "Range", ra)
				for _, c := range conditions(etag) {
					if n++; soak || n%5 == 0 && name == "large.bin" || name == "empty.txt" {
						check(method, "Range", ra, "If-Range", c)
					}
				}
			}
			for i, a := range fields {
				for _, c := range conditions(etag) {
					check(method, a, c)
					check(method, a, c, "Range", "bytes=1-3")
					if !soak && (name != "one.bin" || method != "GET") {
						continue
					}
					for _, b := range fields[i+1:] {
						for _, d := range conditions(etag) {
							// A prime step meets every pair of values for some pair of fields.
							if n++; soak || n%11 == 0 {
								check(method, a, c, b, d)
							}
						}
					}
				}
			}
		}
	}
	if soak {
		t.Logf("soak: %s, %d comparisons", t.Name(), n)
	}
}

func FuzzFilesEqualsServeContent(f *testing.F) {
	dir := tree(f, samplesOfFiles)
	files := newFiles(f, dir, nil)
	names := []string{"page.html", "empty.txt", "one.bin", "large.bin", "unknown"}
	for i, ra := range rangeSamples {
		for j, c := range conditions(`"0"`) {
			f.Add(uint8(i), i%2 == 0, ra, uint8(j), c, uint8(i+j), "*")
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, head bool, ra string, one uint8, c string, two uint8, d string) {
		name := names[int(which)%len(names)]
		method := map[bool]string{true: "HEAD", false: "GET"}[head]
		etag := ask(files, "GET", "/"+name).Header().Get("Etag")
		c, d = strings.ReplaceAll(c, "ETAG", etag), strings.ReplaceAll(d, "ETAG", etag)
		header := []string{"Range", ra, fields[int(one)%5], c, fields[int(two)%5], d}
		if strings.Count(ra, ",") > 150 {
			return // Files sends the whole then
		}
		got := shown(ask(files, method, "/"+name, header...))
		want := shown(ask(likeServeContent(name, old, etag, []byte(samplesOfFiles[name])), method, "/"+name, header...))
		if got != want {
			t.Errorf("%s %s %q:\n got %.400q\nwant %.400q", method, name, header, got, want)
		}
	})
}

var site1 = map[string]string{
	"index.html": "root", "a.txt": "a", "dir/index.html": "index", "dir/b.txt": "b", "empty/c.txt": "c",
	"sp ace/ü.txt": "u", "dir.d/index.html/x": "x",
}

// Paths and redirects are http.FileServer's.
func TestFilesEqualsFileServer(t *testing.T) {
	dir := tree(t, site1)
	want := http.FileServer(http.Dir(dir))
	for name, f := range map[string]http.Handler{
		"dir": newFiles(t, dir, &zerocopy.FilesOptions{List: true}),
		"fs":  zerocopy.NewFilesFS(os.DirFS(dir), &zerocopy.FilesOptions{List: true}),
	} {
		for _, target := range []string{"/", "", "/a.txt", "a.txt", "/a.txt/", "/a.txt?x=1", "/a.txt/?x=1", "/dir", "/dir/", "/dir?q",
			"/dir/b.txt", "//dir//b.txt", "/dir/../a.txt", "/dir/.", "/dir/./b.txt", "/../../a.txt", "/dir/index.html", "/index.html",
			"/nothing", "/nothing/", "/a.txt/b", "/a.txt/b/", "/empty", "/empty/", "/sp ace/ü.txt", "/dir/b.txt/..", "/dir/b.txt/../",
			"/x/../dir/"} {
			for _, method := range []string{"GET", "HEAD"} {
				g, w := ask(f, method, target), ask(want, method, target)
				g.Header().Del("Etag")
				if strings.HasPrefix(w.Body.String(), "<!doctype") {
					w.Header().Del("Last-Modified") // a listing has no time in ours
				}
				if w.Code == 500 {
					// A path through a file: 404 in ours, as that is what it is.
					w = ask(http.NotFoundHandler(), method, target)
				}
				if got, want := shown(g), shown(w); got != want {
					t.Errorf("%s: %s %q:\n got %q\nwant %q", name, method, target, got, want)
				}
			}
		}
	}
}

func TestFilesFromMapFS(t *testing.T) {
	content := noise(100_000)
	f := zerocopy.NewFilesFS(fstest.MapFS{
		"a.bin":        {Data: content, ModTime: old},
		"timeless.js":  {Data: []byte("1")},
		"d/index.html": {Data: []byte("i")},
	}, nil)
	for range 2 {
		if w := ask(f, "GET", "/a.bin", "Range", "bytes=5-90000"); w.Code != 206 || !bytes.Equal(w.Body.Bytes(), content[5:90001]) {
			t.Errorf("a.bin: %d, %d bytes", w.Code, w.Body.Len())
		}
		w := ask(f, "GET", "/timeless.js")
		if _, has := w.Header()["Last-Modified"]; has || w.Body.String() != "1" || w.Header().Get("Etag") == "" {
			t.Errorf("timeless.js: %q", shown(w))
		}
		if w := ask(f, "GET", "/d/"); w.Body.String() != "i" {
			t.Errorf("d/: %q", shown(w))
		}
	}
	// Too large for memory: streamed, with ranges all the same.
	f = zerocopy.NewFilesFS(fstest.MapFS{"a.bin": {Data: content, ModTime: old}}, &zerocopy.FilesOptions{MemoryMax: 1000})
	if w := ask(f, "GET", "/a.bin", "Range", "bytes=5-90000"); w.Code != 206 || !bytes.Equal(w.Body.Bytes(), content[5:90001]) {
		t.Errorf("large: %d, %d bytes", w.Code, w.Body.Len())
	}
}

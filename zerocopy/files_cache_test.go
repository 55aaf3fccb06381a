package zerocopy_test

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// counted counts what is asked of a directory.
type counted struct {
	fs.FS
	opens, stats atomic.Int64
}

func (c *counted) Open(name string) (fs.File, error) { c.opens.Add(1); return c.FS.Open(name) }
func (c *counted) Stat(name string) (fs.FileInfo, error) {
	c.stats.Add(1)
	return fs.Stat(c.FS, name)
}

// A hit asks the file system nothing; after the interval one stat settles it.
func TestHitAsksNothing(t *testing.T) {
	dir := tree(t, map[string]string{"small": "small", "large": string(noise(50_000)), "d/index.html": "i"})
	for name, o := range map[string]*zerocopy.FilesOptions{
		"within the interval": {Interval: time.Hour, Plain: true},
		"after the interval":  {Interval: -1, Plain: true},
	} {
		c := &counted{FS: os.DirFS(dir)}
		f := zerocopy.NewFilesFS(c, o)
		defer f.Close()
		for _, target := range []string{"/small", "/large", "/d/"} {
			ask(f, "GET", target)
			c.opens.Store(0)
			c.stats.Store(0)
			for range 10 {
				if w := ask(f, "GET", target); w.Code != 200 {
					t.Fatal(shown(w))
				}
			}
			want := int64(0)
			if o.Interval < 0 {
				want = 10
			}
			if c.opens.Load() != 0 || c.stats.Load() != want {
				t.Errorf("%s, %s: %d opens, %d stats; want 0, %d", name, target, c.opens.Load(), c.stats.Load(), want)
			}
		}
	}
}

// What is on disk is served at once if every request checks, and never later
// than the interval.
func TestChangesAreSeen(t *testing.T) {
	for _, size := range []int{100, 50_000} {
		dir := tree(t, nil)
		path := filepath.Join(dir, "f.bin")
		f := newFiles(t, dir, &zerocopy.FilesOptions{Interval: -1})
		slow := newFiles(t, dir, &zerocopy.FilesOptions{Interval: 300 * time.Millisecond})
		tags := map[string]bool{}
		for i, change := range []func(content string){
			func(c string) { put(t, path, c, time.Now()) },
			func(c string) { put(t, path, c, time.Now()) }, // in place, perhaps within a tick of the clock
			func(c string) { put(t, path, c, old) },
			func(c string) { put(t, path+".new", c, old); os.Rename(path+".new", path) }, // same size and time
			func(c string) { os.Remove(path); put(t, path, c, old) },
		} {
			content := strings.Repeat(strconv.Itoa(i), size)
			change(content)
			w := ask(f, "GET", "/f.bin")
			if w.Body.String() != content || tags[w.Header().Get("Etag")] {
				t.Errorf("change %d: %d, %.20q, ETag %s", i, w.Code, w.Body, w.Header().Get("Etag"))
			}
			tags[w.Header().Get("Etag")] = true
			for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
				if ask(slow, "GET", "/f.bin").Body.String() == content {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("change %d is not seen after its interval", i)
				}
			}
		}
		os.Remove(path)
		if w := ask(f, "GET", "/f.bin"); w.Code != 404 {
			t.Errorf("removed: %d", w.Code)
		}
		f.Close()
		slow.Close()
	}
}

// A file whose time is recent may change again within the clock's tick, so its
// time proves nothing yet. This file system has no change time either.
func TestChangeWithinATickIsSeen(t *testing.T) {
	now := time.Now()
	m := fstest.MapFS{"f": {Data: []byte("one"), ModTime: now}}
	f := zerocopy.NewFilesFS(m, &zerocopy.FilesOptions{Interval: -1})
	first := ask(f, "GET", "/f")
	m["f"] = &fstest.MapFile{Data: []byte("two"), ModTime: now}
	if w := ask(f, "GET", "/f"); w.Body.String() != "two" || w.Header().Get("Etag") == first.Header().Get("Etag") {
		t.Errorf("%q after the change", shown(w))
	}
}

// The content of an ETag is one content, over Files and over machines.
func TestETagIsOfTheContent(t *testing.T) {
	a, b := tree(t, map[string]string{"f": "same"}), tree(t, nil)
	put(t, filepath.Join(b, "f"), "same", time.Now())
	one := ask(newFiles(t, a, nil), "GET", "/f").Header().Get("Etag")
	two := ask(newFiles(t, b, nil), "GET", "/f").Header().Get("Etag")
	if one != two || one == "" {
		t.Errorf("%s and %s for the same content", one, two)
	}
	o := &zerocopy.FilesOptions{HashMax: -1, Interval: -1}
	three := ask(newFiles(t, a, o), "GET", "/f").Header().Get("Etag")
	if three == one || three[0] != '"' {
		t.Errorf("old file without hash: %s; want a strong ETag of its time", three)
	}
	if four := ask(newFiles(t, b, o), "GET", "/f").Header().Get("Etag"); !strings.HasPrefix(four, "W/") {
		t.Errorf("new file without hash: %s; want a weak ETag", four)
	}
}

func TestBudgets(t *testing.T) {
	files := map[string]string{}
	for i := range 40 {
		files["open"+strconv.Itoa(i)] = strings.Repeat(strconv.Itoa(i%10), 20_000)
		files["mem"+strconv.Itoa(i)] = strings.Repeat(strconv.Itoa(i%10), 1000)
	}
	dir := tree(t, files)
	before := openFiles(t)
	f := newFiles(t, dir, &zerocopy.FilesOptions{OpenMax: 5, MemoryMax: 3000, EntriesMax: 60, Interval: time.Hour})
	for range 3 {
		for name, content := range files {
			if w := ask(f, "GET", "/"+name); w.Body.String() != content {
				t.Fatalf("%s: %d", name, w.Code)
			}
			// The hot one is asked for all the time, and must stay.
			ask(f, "GET", "/open7")
		}
	}
	if now := openFiles(t); now > before+5+1 { // and the root
		t.Errorf("%d files open; want at most 5 more than %d", now, before)
	}
	f.Close()
	if now := openFiles(t); now > before {
		t.Errorf("%d files open after Close; want %d", now, before)
	}
	if w := ask(f, "GET", "/open7"); w.Code == 200 {
		t.Error("served after Close")
	}
}

// A file that leaves the cache while it is sent stays open until it is sent.
func TestEvictionWaitsForTheResponse(t *testing.T) {
	dir := tree(t, map[string]string{"a": string(noise(20_000_000)), "b": string(noise(20_000))})
	f := newFiles(t, dir, &zerocopy.FilesOptions{OpenMax: 1})
	s := serve(t, f.ServeHTTP)
	c := s.dial(t)
	io.WriteString(c, "GET /a HTTP/1.0\r\n\r\n")
	if _, err := io.ReadFull(c, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	ask(f, "GET", "/b") // a goes
	f.Close()           // and so does all else
	if n, err := io.Copy(io.Discard, c); n < 20_000_000-1000 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// A slow opening is one of a file system that takes its time.
type slowOpening struct {
	fs.FS
	began, end chan struct{}
	file       fs.File
}

func (s *slowOpening) Open(name string) (f fs.File, err error) {
	close(s.began)
	<-s.end
	s.file, err = s.FS.Open(name)
	return s.file, err
}

// A file that is being opened while the Files is closed does not stay open.
func TestCloseWhileAFileIsOpened(t *testing.T) {
	slow := &slowOpening{FS: os.DirFS(tree(t, map[string]string{"f": "bytes"})), began: make(chan struct{}), end: make(chan struct{})}
	f := zerocopy.NewFilesFS(slow, &zerocopy.FilesOptions{MemoryFile: -1, Plain: true})
	done := make(chan struct{})
	go func() { defer close(done); ask(f, "GET", "/f") }()
	<-slow.began
	f.Close()
	close(slow.end)
	<-done
	if _, err := slow.file.Stat(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("%v; want a file that is closed", err)
	}
	slow.began = make(chan struct{})
	if w := ask(f, "GET", "/f"); w.Code != 500 {
		t.Errorf("after Close: %q", shown(w))
	}
}

func TestFilesKeepsInside(t *testing.T) {
	outside := tree(t, map[string]string{"secret": "secret"})
	dir := tree(t, map[string]string{"ok/in": "in", ".env": "secret", ".git/config": "secret", "x/.y/z": "secret", "ok/.hidden/in": "s"})
	for link, to := range map[string]string{
		"abs": filepath.Join(outside, "secret"), "up": "../" + filepath.Base(outside) + "/secret", "dirlink": outside,
		"fine": "ok/in", "loop": "loop",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	f := newFiles(t, dir, &zerocopy.FilesOptions{List: true})
	for _, target := range []string{"/abs", "/up", "/dirlink/secret", "/dirlink/", "/dirlink", "/../" + filepath.Base(outside) + "/secret",
		"/.env", "/.git/config", "/x/.y/z", "/ok/.hidden/", "/ok/.hidden", "/.git", "/.git/", "/loop", "/a\x00b", "/..", "/ok/../.env",
		"/nul\x00/", `/..\secret`, "/" + strings.Repeat("a", 5000)} {
		if w := ask(f, "GET", target); strings.Contains(w.Body.String(), "secret") || w.Code == 500 || w.Code == 200 && target != "/.." {
			t.Errorf("%q: %q", target, shown(w))
		}
	}
	if w := ask(f, "GET", "/fine"); w.Body.String() != "in" {
		t.Errorf("a link that stays inside: %q", shown(w))
	}
	if w := ask(f, "GET", "/"); strings.Contains(w.Body.String(), ".env") || !strings.Contains(w.Body.String(), `href="ok/"`) {
		t.Errorf("listing: %q", shown(w))
	}
	if w := ask(newFiles(t, dir, nil), "GET", "/ok/"); w.Code != 404 {
		t.Errorf("listing unasked: %q", shown(w))
	}
	if w := ask(newFiles(t, dir, &zerocopy.FilesOptions{DotFiles: true}), "GET", "/.env"); w.Body.String() != "secret" {
		t.Errorf("DotFiles: %q", shown(w))
	}
	for _, m := range []string{"POST", "PUT", "DELETE", "OPTIONS", ""} {
		if w := ask(f, m, "/ok/in"); m != "" && (w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD") {
			t.Errorf("%s: %q", m, shown(w))
		}
	}
}

func TestNewFilesNeedsADirectory(t *testing.T) {
	if _, err := zerocopy.NewFiles(filepath.Join(t.TempDir(), "no"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v; want fs.ErrNotExist", err)
	}
}

// The header of a careful application stays.
func TestFilesKeepsHeaderThatIsSet(t *testing.T) {
	dir := tree(t, map[string]string{"a.txt": "a"})
	f := newFiles(t, dir, nil)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", `"mine"`)
		w.Header().Set("Content-Type", "x/y")
		w.Header().Set("Cache-Control", "max-age=9")
		f.ServeHTTP(w, r)
	})
	for header, want := range map[string]int{`"mine"`: 304, `"x"`: 200} {
		w := ask(h, "GET", "/a.txt", "If-None-Match", header)
		if w.Code != want || w.Header().Get("Cache-Control") != "max-age=9" || w.Header().Get("Etag") != `"mine"` {
			t.Errorf("%s: %q", header, shown(w))
		}
	}
}

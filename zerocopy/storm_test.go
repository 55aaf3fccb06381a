package zerocopy_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// A storm has files that change while clients fetch them.
type storm struct {
	*site
	dir   string
	known sync.Map // ETag → made, of all content there ever was
	ok    atomic.Int64
	cut   atomic.Int64
}

// made is what content is made of: a long storm has no room for all of it.
type made struct {
	seed uint64
	size int
}

func (m made) content() []byte {
	p := make([]byte, m.size)
	rand.NewChaCha8([32]byte(binary.LittleEndian.AppendUint64(make([]byte, 24), m.seed))).Read(p)
	return p
}

// content makes bytes that no two calls share, and notes their ETag.
func (s *storm) content(size int) []byte {
	m := made{rand.Uint64(), size}
	p := m.content()
	s.known.Store(fmt.Sprintf(`"%016x"`, xxhash.Sum64(p)), m)
	return p
}

func (s *storm) replace(t *testing.T, name string, size int) {
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path+".tmp", s.content(size), 0o644); err != nil {
		t.Error(err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		t.Error(err)
	}
}

var sizes = []int{900, 50_000, 3_000_000}

// change does one bad thing to a file. Those called r* are replaced as they
// should be; those called p* are rewritten in place.
func (s *storm) change(t *testing.T) {
	i := rand.IntN(len(sizes))
	size, place := sizes[i]+rand.IntN(1000), filepath.Join(s.dir, fmt.Sprint("p", i))
	switch rand.IntN(7) {
	case 0, 1, 2:
		s.replace(t, fmt.Sprint("r", i), size)
	case 3:
		os.Truncate(place, rand.Int64N(int64(size)))
	case 4:
		os.WriteFile(place, s.content(size), 0o644)
	case 5:
		os.Chmod(place, 0o600+os.FileMode(rand.IntN(0o177)))
		os.Chmod(filepath.Join(s.dir, fmt.Sprint("r", i)), 0o644)
	case 6:
		os.Remove(place)
		os.WriteFile(place, s.content(size), 0o644)
	}
}

// fetch is one client's request; it reports what must never be.
func (s *storm) fetch(t *testing.T, etags map[string]string) {
	name := fmt.Sprint([]string{"r", "p"}[rand.IntN(2)], rand.IntN(len(sizes)))
	req, _ := http.NewRequestWithContext(t.Context(), []string{"GET", "GET", "GET", "HEAD"}[rand.IntN(4)], s.url+"/"+name, nil)
	from := rand.IntN(800)
	switch rand.IntN(3) {
	case 0:
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	case 1:
		req.Header.Set("If-None-Match", etags[name])
	}
	resp, err := s.client.Do(req)
	if err != nil {
		s.cut.Add(1) // the header went down with the body
		return
	}
	defer resp.Body.Close()
	if rand.IntN(20) == 0 {
		io.CopyN(io.Discard, resp.Body, 1000) // and leaves
		return
	}
	got, err := io.ReadAll(resp.Body)
	etag := resp.Header.Get("Etag")
	etags[name] = etag
	switch {
	case err != nil:
		s.cut.Add(1)
		if name[0] == 'r' {
			t.Errorf("%s: %v although it is only ever replaced", name, err)
		}
		return
	case resp.StatusCode >= 400 && name[0] == 'r':
		t.Errorf("%s: %s", name, resp.Status)
	case resp.StatusCode != 200 && resp.StatusCode != 206 || req.Method == "HEAD":
		return
	}
	s.ok.Add(1)
	want, known := s.known.Load(etag)
	if !known {
		// A large file has an ETag of its time; a torn one that of no content.
		return
	}
	p := want.(made).content()
	if resp.StatusCode == 206 {
		p = p[from:]
	}
	if !bytes.Equal(got, p) && name[0] == 'r' {
		t.Errorf("%s: %d bytes are not those of %s", name, len(got), etag)
	}
}

// No crash, no padding, no leak; and for files that are replaced by rename
// every ETag belongs to the bytes that came with it.
func TestStorm(t *testing.T) {
	limit := 1500 * time.Millisecond
	switch {
	case os.Getenv("HOTPATH_SOAK") == "1":
		limit = 10 * time.Minute
		t.Logf("soak: %s, 32 clients for %v", t.Name(), limit)
	case testing.Short():
		limit = 300 * time.Millisecond
	}
	before := openFiles(t)
	s := &storm{dir: t.TempDir()}
	for i, size := range sizes {
		s.replace(t, fmt.Sprint("r", i), size)
		s.replace(t, fmt.Sprint("p", i), size)
	}
	f := newFiles(t, s.dir, &zerocopy.FilesOptions{Interval: 5 * time.Millisecond, OpenMax: 3})
	s.site = serve(t, f.ServeHTTP)
	s.client.Transport.(*http.Transport).MaxIdleConnsPerHost = 32
	end := time.Now().Add(limit)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for etags := map[string]string{}; time.Now().Before(end); {
				s.fetch(t, etags)
			}
		})
	}
	wg.Go(func() {
		for time.Now().Before(end) {
			s.change(t)
			time.Sleep(time.Duration(rand.IntN(3)) * time.Millisecond)
		}
	})
	wg.Wait()
	if s.ok.Load() < 20 || s.cut.Load() == 0 && s.ok.Load() > 1000 {
		t.Errorf("%d bodies were whole and %d were cut: this storm says nothing", s.ok.Load(), s.cut.Load())
	}
	s.client.CloseIdleConnections()
	s.srv.Close()
	f.Close()
	for i := 0; openFiles(t) > before && i < 500; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	if now := openFiles(t); now > before {
		t.Errorf("%d open files; want %d", now, before)
	}
}

// A change in place before the last slice is due ends in a reset, whatever was
// sent of it; the new content comes with its own ETag.
func TestRewriteWhileSentIsReset(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"rewritten": func(path string) error {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteAt([]byte("other"), 100)
			return errors.Join(err, os.Chtimes(path, old.Add(time.Hour), old.Add(time.Hour)))
		},
		"truncated": func(path string) error { return os.Truncate(path, 1000) },
		"extended": func(path string) error {
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteString("more")
			return err
		},
	} {
		for _, size := range []int{50_000, 24 << 20} {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			put(t, path, string(make([]byte, size)), old)
			f := newFiles(t, dir, &zerocopy.FilesOptions{Interval: time.Hour})
			s := serve(t, f.ServeHTTP)
			if size > 1<<20 {
				c := s.dial(t)
				io.WriteString(c, "GET /f HTTP/1.0\r\n\r\n")
				io.ReadFull(c, make([]byte, 1000))
				if err := change(path); err != nil {
					t.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, c); err == nil {
					t.Errorf("%s: %d bytes of %d in good order", name, n, size)
				}
			} else {
				ask(f, "GET", "/f") // into the cache, which will not look for an hour
				if err := change(path); err != nil {
					t.Fatal(err)
				}
				for _, ra := range []string{"", "bytes=0-19999", "bytes=0-19999,20000-20099,25000-44999"} {
					c := s.dial(t)
					fmt.Fprintf(c, "GET /f HTTP/1.0\r\nRange: %s\r\n\r\n", ra)
					if got, err := io.ReadAll(c); err == nil {
						t.Errorf("%s: %q in good order with %d bytes", name, ra, len(got))
					}
				}
			}
			f.Close()
		}
	}
}

// Clients that read slowly, reset or half-close leave nothing open behind them.
func TestFilesAndBadClients(t *testing.T) {
	dir := tree(t, map[string]string{"f": string(noise(4 << 20))})
	before := openFiles(t)
	f := newFiles(t, dir, nil)
	s := serve(t, f.ServeHTTP)
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			c := s.dial(t).(*net.TCPConn)
			defer c.Close()
			io.WriteString(c, "GET /f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			switch i % 3 {
			case 0: // slowly
				for range 8 {
					io.CopyN(io.Discard, c, 20_000)
					time.Sleep(time.Millisecond)
				}
				if n, err := io.Copy(io.Discard, c); err != nil || n < 4<<20-160_000 {
					t.Errorf("slow reader: %d more, %v", n, err)
				}
			case 1: // resets
				io.CopyN(io.Discard, c, 20_000)
				c.SetLinger(0)
			case 2: // half-closes, which net/http may take for leaving
				c.CloseWrite()
				io.Copy(io.Discard, c)
			}
		})
	}
	wg.Wait()
	s.srv.Close()
	f.Close()
	for i := 0; openFiles(t) > before && i < 500; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	if now := openFiles(t); now > before {
		t.Errorf("%d open files; want %d", now, before)
	}
}

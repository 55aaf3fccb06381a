package zerocopy

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
)

// find returns the entry of key and its content, with a reference that the
// caller releases. A fresh hit makes no system call.
func (f *Files) find(key string) (*entry, *content, error) {
	e := f.table.get(key)
	if e == nil {
		if dotted(key) && !f.opt.DotFiles {
			return nil, nil, fs.ErrNotExist
		}
		e = &entry{key: strings.Clone(key)}
	} else if f.fresh(e) {
		if c := e.acquire(); c != nil {
			if !e.used.Load() {
				e.used.Store(true)
			}
			return e, c, nil
		}
	}
	return f.check(e)
}

// now is never 0, which means not checked.
func (f *Files) now() int64 { return int64(time.Since(f.start)) + 1 }

func (f *Files) fresh(e *entry) bool {
	at := e.checked.Load()
	return at != 0 && f.now()-at < int64(f.opt.Interval)
}

// check asks the file system and loads what has changed. All who find the
// entry too old meanwhile wait for the answer: none is served what is older
// than Interval.
func (f *Files) check(e *entry) (*entry, *content, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	began := f.now()
	if f.fresh(e) {
		if c := e.acquire(); c != nil {
			return e, c, nil
		}
	}
	if c := e.acquire(); c != nil {
		if fi, err := f.tree.stat(e.name()); err == nil && !e.racy && identOf(fi) == e.id {
			e.siblings.Store(f.siblings(e))
			e.checked.Store(began)
			return e, c, nil
		}
		c.release()
	}
	c, err := f.load(e)
	if err != nil {
		e.drop(e.live.Load())
		f.table.remove(e)
		return nil, nil, err
	}
	f.enter(e, c)
	e.checked.Store(began)
	return e, c, nil
}

// enter puts c into the cache, which takes a reference of its own.
func (f *Files) enter(e *entry, c *content) {
	defer func() {
		if f.closed.Load() { // meanwhile: this one came after the clearing, or in its middle
			f.clear()
		}
	}()
	c.refs.Add(1)
	if old := e.live.Swap(c); old != nil {
		old.release()
	}
	switch other, added := f.table.add(e); {
	case other != e:
		// Somebody was faster. This request uses what it has; the cache does not.
		e.drop(c)
		return
	case added:
		f.evict(f.entries.add(slot{e: e, cost: 1}))
	}
	if c.file != nil {
		f.evict(f.open.add(slot{e, c, 1}))
	} else {
		f.evict(f.memory.add(slot{e, c, c.body.n}))
	}
}

func (f *Files) evict(out []slot) {
	for _, s := range out {
		if s.c != nil {
			s.e.drop(s.c)
			continue
		}
		f.table.remove(s.e)
		s.e.drop(s.e.live.Load())
	}
}

// load opens the file of e. The caller holds e.mu and owns the content.
func (f *Files) load(e *entry) (*content, error) {
	for range 3 {
		c, err := f.loadOnce(e)
		if !errors.Is(err, ErrFileChanged) {
			return c, err
		}
	}
	return nil, ErrFileChanged
}

func (f *Files) loadOnce(e *entry) (*content, error) {
	file, fi, err := f.openFile(e.name())
	if err != nil {
		return nil, err
	}
	osf, _ := file.(*os.File)
	keep := false
	defer func() {
		if !keep {
			file.Close()
		}
	}()
	id := identOf(fi)
	if osf == nil && fi.Size() > max(f.opt.MemoryFile, f.opt.MemoryMax/4) {
		return nil, errLarge
	}
	c := &content{}
	c.refs.Store(1)
	if osf != nil && fi.Size() > f.opt.MemoryFile {
		c.file, keep = osf, true
		c.body = fileBody(osf, &id.stamp)
	} else {
		data := make([]byte, fi.Size())
		if n, err := io.ReadFull(file, data); err != nil {
			return nil, fileErr(n, len(data), err)
		}
		c.body = NewBody(Bytes(data))
	}
	if err := f.describe(e, c, id, fi.ModTime()); err != nil {
		keep = false
		return nil, err
	}
	// What was read must be what the stamp stands for.
	if fi, err := file.Stat(); err != nil || stampOf(fi) != id.stamp {
		keep = false
		e.known = false // the hash may be of neither version
		return nil, ErrFileChanged
	}
	return c, nil
}

func (f *Files) openFile(key string) (fs.File, fs.FileInfo, error) {
	if f.closed.Load() { // an fs.FS would not know
		return nil, nil, fs.ErrClosed
	}
	file, err := f.tree.open(key)
	if err != nil && noDescriptors(err) {
		f.evict(f.open.half())
		file, err = f.tree.open(key)
	}
	if err != nil {
		return nil, nil, err
	}
	fi, err := file.Stat()
	switch {
	case err != nil:
	case fi.IsDir():
		err = errIsDir
	case !fi.Mode().IsRegular():
		err = fs.ErrNotExist
	default:
		return file, fi, nil
	}
	file.Close()
	return nil, nil, err
}

// recent is how long after a change another one may leave a file's time as it
// is: the clock for it ticks every 10 ms on some kernels, every 2 s on FAT.
const recent = 2 * time.Second

// describe fills in what a response says of c. It hashes the content only if
// it is not known from before.
func (f *Files) describe(e *entry, c *content, id ident, mtime time.Time) error {
	suffix := path.Ext(e.name())
	known := e.known && !e.racy && id == e.id
	e.racy = time.Since(mtime) < recent
	hashed := id.size <= f.opt.HashMax
	if hashed && !known {
		h := xxhash.New()
		if _, err := io.Copy(h, c.body.NewReader()); err != nil {
			return err
		}
		e.hash = h.Sum64()
	}
	e.id, e.known = id, true
	switch {
	case hashed:
		c.etag = []string{fmt.Sprintf(`"%016x"`, e.hash)}
	case e.racy:
		c.etag = []string{fmt.Sprintf(`W/"%x-%x%s"`, id.mtime, id.size, tagged(suffix))}
	default:
		c.etag = []string{fmt.Sprintf(`"%x-%x%s"`, id.mtime, id.size, tagged(suffix))}
	}
	c.mtime = mtime.Unix()
	if c.hasTime = !mtime.IsZero() && !mtime.Equal(time.Unix(0, 0)); c.hasTime {
		c.modified = []string{mtime.UTC().Format(http.TimeFormat)}
	}
	c.ctype = contentType(suffix, c.body)
	found := f.siblings(e)
	e.siblings.Store(found)
	if found != 0 {
		c.forms = e.forms()
	}
	return nil
}

// tagged keeps the ETags of compressed siblings apart, which often bear the
// time of what they were made from.
func tagged(suffix string) string {
	for _, enc := range encodings[1:] {
		if suffix == enc.suffix {
			return strings.Replace(suffix, ".", "-", 1)
		}
	}
	return ""
}

// ctypes interns header values: there are few, and many entries.
var ctypes sync.Map // string → []string

func contentType(suffix string, b *Body) []string {
	t := mime.TypeByExtension(suffix)
	if t == "" {
		t = b.sniff()
	}
	v, _ := ctypes.LoadOrStore(t, []string{t})
	return v.([]string)
}

// siblings looks for compressed forms. Those of a compressed form are not
// looked for.
func (f *Files) siblings(e *entry) (found uint32) {
	if f.opt.Plain || tagged(path.Ext(e.key)) != "" {
		return 0
	}
	for i, enc := range encodings[1:] {
		if fi, err := f.tree.stat(e.name() + enc.suffix); err == nil && fi.Mode().IsRegular() {
			found |= 1 << (i + 1)
		}
	}
	return found
}

func (e *entry) forms() *[len(encodings)]string {
	var keys [len(encodings)]string
	for i, enc := range encodings {
		keys[i] = e.name() + enc.suffix
	}
	return &keys
}

func fileBody(f *os.File, st *stamp) *Body {
	b := &Body{}
	s := File(f, 0, st.size).(segment)
	own := *st
	s.stamp = &own
	s.addTo(b)
	return b.finish()
}

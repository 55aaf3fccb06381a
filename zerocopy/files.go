package zerocopy

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"time"
)

// A Files is safe for concurrent use. It is an [http.Handler], made by [NewFiles]
// or [NewFilesFS], that serves a directory or an fs.FS as [http.FileServer] does,
// with the same redirects, validators and ranges, but keeps files open: a hit
// makes no open, stat or close, and allocates nothing.
//
// It answers GET and HEAD, lists no directory and shows no name that begins
// with a dot unless told to, and never leaves its root, whatever the path or a
// symbolic link says. Next to name it looks for name.zst, name.br and name.gz
// and sends the one the client likes best, with an ETag of its own.
//
// The ETag is a hash of the content (xxhash, read once for each version of a
// file), so it survives a copy to another machine; of large files it is made
// from size and time of modification, see FilesOptions.HashMax. Replace files
// by rename. One rewritten in place while it is sent ends in a reset
// ([ErrFileChanged]) if the file's time had moved when its last 4 MiB were due.
type Files struct {
	tree  tree
	opt   FilesOptions
	start time.Time // checks are counted from here

	table   table
	entries clock // all entries, by number
	open    clock // those with an open file, by number
	memory  clock // those held in memory, by bytes
	closed  atomic.Bool
}

// A FilesOptions is a value, copy freely; [NewFiles] takes a copy of its own. The
// zero value is right for most sites. A negative value where none is spoken of is
// refused.
type FilesOptions struct {
	// Interval is how long a file is served without asking the file system whether
	// it is still the same. Zero means 1 s; negative means never without asking.
	Interval time.Duration
	// OpenMax is how many files are kept open. Zero means 1000.
	OpenMax int
	// MemoryFile is the largest file that is held in memory rather than open.
	// Zero means 16 KiB; negative means none.
	MemoryFile int64
	// MemoryMax bounds the memory for such files together. Zero means 64 MiB.
	MemoryMax int64
	// EntriesMax is how many files are remembered, open or not. Zero means 100,000.
	EntriesMax int
	// HashMax is the largest file whose ETag is a hash of its content, for which
	// it has to be read once. Larger ones get an ETag of size and time of
	// modification, weak while that time is recent. Zero means 4 MiB; negative
	// means none is hashed.
	HashMax int64
	// List shows directories without index.html. Zero means 404 Not Found.
	List bool
	// DotFiles serves names that begin with a dot. Zero means 404 Not Found.
	DotFiles bool
	// Plain does not look for compressed siblings. Zero means it does.
	Plain bool
}

// NewFiles serves the directory dir. Nothing outside of it is ever opened. dir is
// opened once: if another directory takes its name, or dir is a symbolic link that
// is changed, the first is served on. Switch between releases by a link within dir,
// or make another Files. o may be nil; a value of it that is refused is an error,
// as is a directory that cannot be opened. Close the Files to close its files.
func NewFiles(dir string, o *FilesOptions) (*Files, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return newFiles(rootTree{root}, o), nil
}

// NewFilesFS serves fsys. Files that are not *os.File below, such as those of
// package embed, are served from memory. o may be nil; it panics where NewFiles
// returns an error for o.
func NewFilesFS(fsys fs.FS, o *FilesOptions) *Files {
	if err := o.check(); err != nil {
		panic(err.Error())
	}
	return newFiles(fsTree{fsys}, o)
}

func newFiles(t tree, o *FilesOptions) *Files {
	f := &Files{tree: t, start: time.Now()}
	if o != nil {
		f.opt = *o
	}
	f.opt.fill()
	f.table.init()
	f.entries.budget = int64(f.opt.EntriesMax)
	f.open.budget = int64(f.opt.OpenMax)
	f.memory.budget = f.opt.MemoryMax
	return f
}

// check refuses a value that says nothing. o may be nil.
func (o *FilesOptions) check() error {
	if o == nil {
		return nil
	}
	for _, x := range []struct {
		field string
		n     int64
	}{{"OpenMax", int64(o.OpenMax)}, {"MemoryMax", o.MemoryMax}, {"EntriesMax", int64(o.EntriesMax)}} {
		if x.n < 0 {
			return fmt.Errorf("zerocopy: FilesOptions.%s is %d: set a bound above 0, or 0 for the usual one", x.field, x.n)
		}
	}
	return nil
}

func (o *FilesOptions) fill() {
	or(&o.Interval, time.Second)
	or(&o.OpenMax, 1000)
	or(&o.MemoryFile, 16<<10)
	or(&o.MemoryMax, 64<<20)
	or(&o.EntriesMax, 100_000)
	or(&o.HashMax, 4<<20)
}

func or[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// Close closes all files and the root. Responses under way end well; a request
// that comes later is answered with an error.
func (f *Files) Close() error {
	f.closed.Store(true)
	f.clear()
	return f.tree.Close()
}

func (f *Files) clear() {
	f.entries.clear()
	f.open.clear()
	f.memory.clear()
	f.table.each(func(e *entry) { e.drop(e.live.Load()) })
	f.table.init()
}

func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header()["Allow"] = allowed
		http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
		return
	}
	key, ok := keyOf(r.URL.Path)
	if !ok {
		fail(w, fs.ErrNotExist)
		return
	}
	if strings.HasSuffix(key, "/index.html") {
		redirect(w, r, "./")
		return
	}
	e, c, err := f.find(key)
	if err != nil {
		f.other(w, r, key, err)
		return
	}
	ctype, enc := c.ctype, 0
	if found := e.siblings.Load(); found != 0 {
		addVary(w.Header())
		if first(w.Header(), "Content-Encoding") == "" { // with one, a middleware is about to compress
			c, enc = f.form(e, c, choose(r.Header, found))
		}
	}
	defer c.release()
	serve(w, r, c, ctype, enc)
}

// form exchanges c for its sibling in the encoding enc. If that went away since
// it was looked for, c has to do; the next check will see it.
func (f *Files) form(e *entry, c *content, enc int) (*content, int) {
	if enc == 0 {
		return c, 0
	}
	forms := c.forms
	if forms == nil {
		forms = e.forms()
	}
	_, v, err := f.find(forms[enc])
	if err != nil {
		return c, 0
	}
	c.release()
	return v, enc
}

var allowed = []string{"GET, HEAD"}

// keyOf cleans a URL path as http.FileServer does. A key ends with a slash if
// it means a directory; nothing is allocated for a path that is clean.
func keyOf(p string) (key string, ok bool) {
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	clean := path.Clean(p)
	switch {
	case clean == "/" || !strings.HasSuffix(p, "/"):
		key = clean
	case len(p) == len(clean)+1:
		key = p
	default:
		key = clean + "/"
	}
	return key, strings.IndexByte(key, 0) < 0
}

// dotted reports whether a name of the path begins with a dot.
func dotted(key string) bool { return strings.Contains(key, "/.") }

// other answers for what is not a file to be sent.
func (f *Files) other(w http.ResponseWriter, r *http.Request, key string, err error) {
	switch {
	case errors.Is(err, errIsDir) && !strings.HasSuffix(key, "/"):
		redirect(w, r, path.Base(r.URL.Path)+"/")
		return
	case errors.Is(err, errLarge):
		f.stream(w, r, key)
		return
	case !strings.HasSuffix(key, "/") || !absent(err) && !errors.Is(err, errIsDir):
		fail(w, err)
		return
	}
	// No index.html there: a directory, a file with a slash too many, or nothing.
	if dotted(key) && !f.opt.DotFiles {
		fail(w, fs.ErrNotExist)
		return
	}
	fi, err := f.tree.stat(strings.TrimSuffix(key, "/"))
	switch {
	case err != nil:
		fail(w, err)
	case fi.Mode().IsRegular():
		redirect(w, r, "../"+path.Base(r.URL.Path))
	case fi.IsDir() && f.opt.List:
		f.list(w, r, key)
	default:
		fail(w, fs.ErrNotExist)
	}
}

// redirect is relative, so that it is right below http.StripPrefix too.
func redirect(w http.ResponseWriter, r *http.Request, to string) {
	if q := r.URL.RawQuery; q != "" {
		to += "?" + q
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusMovedPermanently)
}

// fail tells no more of an error than its status.
func fail(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, fs.ErrPermission):
		refuse(w, "403 Forbidden", http.StatusForbidden)
	case absent(err), errors.Is(err, errIsDir):
		refuse(w, "404 page not found", http.StatusNotFound)
	default:
		refuse(w, "500 Internal Server Error", http.StatusInternalServerError)
	}
}

// refuse is http.Error without what described the file.
func refuse(w http.ResponseWriter, text string, code int) {
	h := w.Header()
	for _, k := range []string{"Cache-Control", "Content-Encoding", "Etag", "Last-Modified"} {
		delete(h, k)
	}
	http.Error(w, text, code)
}

package zerocopy

import (
	"hash/maphash"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
)

// An ident tells one version of a file from another. Unlike a stamp it has the
// change time: after a chmod the file has to be opened again.
type ident struct {
	stamp
	ctime    int64
	dev, ino uint64
}

func identOf(fi fs.FileInfo) ident {
	id := ident{stamp: stampOf(fi)}
	id.sys(fi)
	return id
}

// An entry is what Files remembers of one path. There may be a hundred
// thousand of them, so it is small; what takes a descriptor or memory is its
// content.
type entry struct {
	key string // ends with a slash for the index.html of a directory

	checked  atomic.Int64 // when, in ns after Files.start; 0 is never
	live     atomic.Pointer[content]
	used     atomic.Bool   // since the clock's hand passed
	siblings atomic.Uint32 // bit i: encodings[i] is there

	mu    sync.Mutex // held to check and to load; guards what follows
	known bool       // hash and id are of one version
	racy  bool       // it may change again without id showing it
	hash  uint64
	id    ident
}

// name is the key of the file itself.
func (e *entry) name() string {
	if strings.HasSuffix(e.key, "/") {
		return e.key + "index.html"
	}
	return e.key
}

// A content is one version of a file, open or in memory. It is closed when the
// cache and the last response let go of it.
type content struct {
	refs     atomic.Int64
	file     *os.File // nil if in memory
	body     *Body
	etag     []string
	ctype    []string
	modified []string                // nil if the file has no time
	forms    *[len(encodings)]string // keys of the siblings, if there were any
	mtime    int64                   // s
	hasTime  bool
}

// acquire returns the content with a reference for the caller, or nil.
func (e *entry) acquire() *content {
	for {
		c := e.live.Load()
		if c == nil {
			return nil
		}
		if c.hold() {
			return c
		}
		// It was dropped between the two steps; look again.
		if e.live.Load() == c {
			return nil
		}
	}
}

// hold takes a reference unless there is none left to share.
func (c *content) hold() bool {
	for {
		n := c.refs.Load()
		if n == 0 {
			return false
		}
		if c.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (c *content) release() {
	if c.refs.Add(-1) == 0 && c.file != nil {
		c.file.Close()
	}
}

// drop takes c, and only c, out of the cache.
func (e *entry) drop(c *content) {
	if c != nil && e.live.CompareAndSwap(c, nil) {
		c.release()
	}
}

// A table finds entries. It is cut into shards so that many processors can
// look at once, and typed, since sync.Map would allocate for each key.
type table struct {
	seed   maphash.Seed
	shards [64]struct {
		sync.RWMutex
		m map[string]*entry
		_ [32]byte // a cache line for each
	}
}

func (t *table) init() {
	if t.seed == (maphash.Seed{}) {
		t.seed = maphash.MakeSeed()
	}
	for i := range t.shards {
		s := &t.shards[i]
		s.Lock()
		s.m = make(map[string]*entry)
		s.Unlock()
	}
}

func (t *table) get(key string) *entry {
	s := &t.shards[maphash.String(t.seed, key)%uint64(len(t.shards))]
	s.RLock()
	defer s.RUnlock()
	return s.m[key]
}

// add enters e unless there is an entry of its key. now is the one there is.
func (t *table) add(e *entry) (now *entry, added bool) {
	s := &t.shards[maphash.String(t.seed, e.key)%uint64(len(t.shards))]
	s.Lock()
	defer s.Unlock()
	if old := s.m[e.key]; old != nil {
		return old, false
	}
	s.m[e.key] = e
	return e, true
}

func (t *table) remove(e *entry) {
	s := &t.shards[maphash.String(t.seed, e.key)%uint64(len(t.shards))]
	s.Lock()
	defer s.Unlock()
	if s.m[e.key] == e {
		delete(s.m, e.key)
	}
}

func (t *table) each(f func(*entry)) {
	for i := range t.shards {
		s := &t.shards[i]
		s.RLock()
		for _, e := range s.m {
			f(e)
		}
		s.RUnlock()
	}
}

package zerocopy

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

var (
	errIsDir = errors.New("zerocopy: is a directory")
	errLarge = errors.New("zerocopy: too large to be held in memory")
)

// A tree is where Files has its files from. Names are keys: they begin with a
// slash. It is safe for concurrent use.
type tree interface {
	open(key string) (fs.File, error)
	stat(key string) (fs.FileInfo, error)
	io.Closer
}

type rootTree struct{ *os.Root }

func (t rootTree) open(key string) (fs.File, error) {
	name, err := local(key)
	if err != nil {
		return nil, err
	}
	// Without O_NONBLOCK opening a FIFO would wait for its writer for ever.
	return nilFile(t.OpenFile(name, os.O_RDONLY|nonblock, 0))
}

func (t rootTree) stat(key string) (fs.FileInfo, error) {
	name, err := local(key)
	if err != nil {
		return nil, err
	}
	return t.Stat(name)
}

type fsTree struct{ fs.FS }

func (t fsTree) open(key string) (fs.File, error)     { return t.Open(within(key)) }
func (t fsTree) stat(key string) (fs.FileInfo, error) { return fs.Stat(t.FS, within(key)) }
func (t fsTree) Close() error                         { return nil }

// nilFile keeps a nil *os.File from becoming an fs.File that is not nil.
func nilFile(f *os.File, err error) (fs.File, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

// within is the name below the root, as package fs has it.
func within(key string) string {
	if key == "/" || key == "" {
		return "."
	}
	return strings.Trim(key, "/")
}

// absent reports whether err means that there is no such file.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) || isOutside(err)
}

// isOutside reports whether err says that the path cannot be in the tree: it
// leads out of the root, through a file, or round in a ring.
func isOutside(err error) bool {
	pe, ok := errors.AsType[*fs.PathError](err)
	if !ok {
		return false
	}
	errno, ok := errors.AsType[syscall.Errno](pe.Err)
	// os.Root has no error to compare with for a path that escapes.
	return !ok && strings.Contains(pe.Err.Error(), "escapes") || ok && outsideErrno(errno)
}

package accesslog

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotpath-go/hotpath/middleware/internal/option"
)

// FileOptions says when a File goes over to a new one. It is a value: OpenFile copies it. A negative number is refused.
type FileOptions struct {
	// MaxSize is how long the file may get before the next lines go to a new one. Zero means that size does not matter.
	MaxSize int64
	// Keep is how many old files stay, PATH.1 the youngest. Zero means 5.
	Keep int
	// Signal makes the file rotate, as Rotate does; syscall.SIGHUP is usual. Zero means none does.
	Signal os.Signal
}

// A File is safe for concurrent use. It is a log's file, to be used as Options.Writer: it rotates, and together with a Ring a
// SIGKILL neither loses a line nor doubles one. Its owner calls Close after the Log's.
type File struct {
	path    string
	options FileOptions
	signals chan os.Signal
	ended   atomic.Bool // Close has begun

	mu    sync.Mutex // held over a Write, which may be stuck
	f     *os.File   // nil after Close, and while it could not be opened
	place place
	err   error // of a rotation that nobody has heard of
}

// OpenFile opens or makes the file at path, to write at its end. Nil means the zero FileOptions.
func OpenFile(path string, given *FileOptions) (*File, error) {
	o := option.Of(given)
	if err := errors.Join(option.Check("accesslog: FileOptions.MaxSize", o.MaxSize), option.Check("accesslog: FileOptions.Keep", o.Keep)); err != nil {
		return nil, err
	}
	o.Keep = cmp.Or(o.Keep, 5)
	f := &File{path: path, options: o}
	if err := f.open(); err != nil {
		return nil, fmt.Errorf("accesslog: %w", err)
	}
	if o.Signal != nil {
		f.signals = make(chan os.Signal, 1)
		signal.Notify(f.signals, o.Signal)
		go f.listen()
	}
	return f, nil
}

func (f *File) listen() {
	for range f.signals {
		if err := f.Rotate(); err != nil {
			f.mu.Lock()
			f.err = errors.Join(f.err, err)
			f.mu.Unlock()
		}
	}
}

func (f *File) open() error {
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return err
	}
	f.f, f.place = file, place{size: uint64(info.Size())}
	f.place.device, f.place.inode = identity(info)
	return nil
}

// Write writes p at the end of the file, of a new one if this one would get too long.
func (f *File) Write(p []byte) (int, error) {
	_, err := f.begin(len(p))
	n := 0
	if err == nil {
		n, err = f.write(p)
	}
	_, rotation := f.end()
	return n, errors.Join(err, rotation)
}

// begin prepares for n bytes and keeps rotations away until end. It returns where they will go.
func (f *File) begin(n int) (place, error) {
	f.mu.Lock()
	if f.ended.Load() {
		return place{}, os.ErrClosed
	}
	if limit := f.options.MaxSize; limit > 0 && f.place.size > 0 && f.place.size+uint64(n) > uint64(limit) {
		f.err = errors.Join(f.err, f.rotate())
	}
	if f.f == nil {
		if err := f.open(); err != nil {
			return place{}, err
		}
	}
	return f.place, nil
}

func (f *File) write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	f.place.size += uint64(max(n, 0))
	return n, err
}

// end also returns why a rotation went wrong since the last end; the lines went to the old file then, or to none.
func (f *File) end() (at place, err error) {
	defer f.mu.Unlock()
	err, f.err = f.err, nil
	return f.place, err
}

// Rotate goes over to a new file: PATH becomes PATH.1, and so on. If somebody else has renamed the file already, as logrotate
// does before its signal, it only opens a new one. It waits for a write that is going on.
func (f *File) Rotate() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended.Load() {
		return os.ErrClosed
	}
	return f.rotate()
}

// rotate closes first: some systems do not rename what is open.
func (f *File) rotate() error {
	mine := f.mine()
	var errs []error
	if f.f != nil {
		errs = append(errs, f.f.Close())
		f.f = nil
	}
	for i := f.free(); mine && i > 0; i-- {
		if err := os.Rename(f.name(i-1), f.name(i)); err != nil && (i == 1 || !errors.Is(err, os.ErrNotExist)) {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, f.open())...)
}

// free returns the place of the first old file that is not there, the last place if all are: what lies behind it need not move.
func (f *File) free() int {
	i := 1
	for ; i < f.options.Keep; i++ {
		if _, err := os.Lstat(f.name(i)); err != nil {
			break
		}
	}
	return i
}

func (f *File) name(i int) string {
	if i == 0 {
		return f.path
	}
	return fmt.Sprintf("%s.%d", f.path, i)
}

// mine reports whether path still is the open file.
func (f *File) mine() bool {
	if f.f == nil {
		return false
	}
	a, err := f.f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(f.path)
	return err == nil && os.SameFile(a, b)
}

// after returns how much of text, in whole lines, stands in the file from p on, if p is in this file and nothing else stands there;
// and where the file ends. A line of which a SIGKILL left only the beginning is taken back: its rest could go to another file.
func (f *File) after(p place, text []byte) (n int, end place) {
	f.mu.Lock()
	defer f.mu.Unlock()
	end = f.place
	if f.f == nil || p.inode == 0 || p.device != end.device || p.inode != end.inode || end.size < p.size || end.size-p.size > uint64(len(text)) {
		return 0, end
	}
	there := make([]byte, end.size-p.size)
	if _, err := f.f.ReadAt(there, int64(p.size)); err != nil && err != io.EOF || string(there) != string(text[:len(there)]) {
		return 0, end
	}
	n = bytes.LastIndexByte(there, '\n') + 1
	if n < len(there) {
		if err := f.f.Truncate(int64(p.size) + int64(n)); err != nil {
			return len(there), end
		}
		f.place.size = p.size + uint64(n)
	}
	return n, f.place
}

// Close closes the file; what is written later is refused. It may be called several times. It waits a second at most for a Write that is
// stuck: then it returns ErrStuck, and the file is closed when that Write returns.
func (f *File) Close() error {
	if f.ended.Swap(true) {
		return nil
	}
	if f.signals != nil {
		signal.Stop(f.signals)
		close(f.signals) // signal.Stop has returned: nobody sends any more, and the goroutine for signals ends
	}
	closed := make(chan error, 1)
	go func() { closed <- f.shut() }()
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case err := <-closed:
		return err
	case <-timer.C:
		return ErrStuck
	}
}

func (f *File) shut() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.f == nil {
		return nil
	}
	return f.f.Close()
}

package zerocopy_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/hotpath-go/hotpath/zerocopy"
)

func TestReaderKeepsTheContracts(t *testing.T) {
	for _, s := range samples(t) {
		if s.body.Len() > 1<<20 {
			continue // iotest reads byte by byte
		}
		t.Run(s.name, func(t *testing.T) {
			if err := iotest.TestReader(s.body.NewReader(), s.want); err != nil {
				t.Error(err)
			}
		})
	}
}

// plainWriter hides everything but Write and notes the number of calls.
type plainWriter struct {
	bytes.Buffer
	calls int
}

type onlyWrite struct{ w *plainWriter }

func (o onlyWrite) Write(p []byte) (int, error) { o.w.calls++; return o.w.Write(p) }

func TestWriteToAnyWriter(t *testing.T) {
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			var plain plainWriter
			n, err := s.body.WriteTo(onlyWrite{&plain})
			if err != nil || n != s.body.Len() {
				t.Errorf("WriteTo = %d, %v; want %d, nil", n, err, s.body.Len())
			}
			equal(t, "plain writer", plain.Bytes(), s.want)
			if s.body.Len() <= 32<<10 && plain.calls > 1 {
				t.Errorf("%d Writes for a body of %d bytes; want 1", plain.calls, s.body.Len())
			}
			var rf bytes.Buffer // an io.ReaderFrom
			if n, err := s.body.WriteTo(&rf); err != nil || n != s.body.Len() {
				t.Errorf("WriteTo(ReaderFrom) = %d, %v; want %d, nil", n, err, s.body.Len())
			}
			equal(t, "ReaderFrom", rf.Bytes(), s.want)
		})
	}
}

func TestReaderSeeksThenWritesTheRest(t *testing.T) {
	s := samples(t)[9]
	for _, off := range []int64{0, 1, 99, 100, 101, 2_500_094, 2_500_095, 2_500_096, s.body.Len() - 1, s.body.Len(), s.body.Len() + 5} {
		for _, dst := range []interface {
			io.Writer
			Bytes() []byte
		}{&bytes.Buffer{}, &plainWriter{}} {
			r := s.body.NewReader()
			if _, err := r.Seek(off, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if _, err := r.WriteTo(dst); err != nil {
				t.Fatal(err)
			}
			equal(t, "rest", dst.Bytes(), s.want[min(off, int64(len(s.want))):])
			if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
				t.Errorf("Read after WriteTo = %d, %v; want 0, EOF", n, err)
			}
		}
	}
}

func TestSeekRefusesNonsense(t *testing.T) {
	r := zerocopy.NewBody(zerocopy.String("abc")).NewReader()
	if _, err := r.Seek(-1, io.SeekStart); err == nil {
		t.Error("Seek to -1 succeeded")
	}
	if _, err := r.Seek(0, 7); err == nil {
		t.Error("Seek with whence 7 succeeded")
	}
	if _, err := r.ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("ReadAt -1 succeeded")
	}
}

func TestZeroBodyIsEmpty(t *testing.T) {
	var b zerocopy.Body
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n, err := zerocopy.Reply(w, r, &b); n != 0 || err != nil {
			t.Errorf("Reply = %d, %v", n, err)
		}
	})
	if resp, got, err := s.get(t, "GET"); err != nil || resp.ContentLength != 0 || len(got) != 0 {
		t.Errorf("%v, %d bytes, %v; want an empty response", resp, len(got), err)
	}
}

func TestBodyOfManyBodiesIsImmutable(t *testing.T) {
	a := zerocopy.NewBody(zerocopy.String("a"))
	ab := zerocopy.NewBody(a, zerocopy.String("b"))
	ac := zerocopy.NewBody(a, zerocopy.String("c"))
	for b, want := range map[*zerocopy.Body]string{a: "a", ab: "ab", ac: "ac"} {
		got, err := io.ReadAll(b.NewReader())
		if string(got) != want || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
}

func TestMisusePanicsWithTheCure(t *testing.T) {
	f := tempFile(t, nil)
	for name, misuse := range map[string]func(){
		"nil file":        func() { zerocopy.File(nil, 0, 1) },
		"negative offset": func() { zerocopy.File(f, -1, 1) },
		"negative length": func() { zerocopy.File(f, 1, -1) },
		"overflow":        func() { zerocopy.File(f, 2, math.MaxInt64-1) },
		"too long": func() {
			p := zerocopy.File(f, 0, math.MaxInt64)
			zerocopy.NewBody(p, p)
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if msg, _ := recover().(string); !strings.HasPrefix(msg, "zerocopy: ") {
					t.Errorf("panic %q; want one that begins with zerocopy:", msg)
				}
			}()
			misuse()
		})
	}
}

func TestShortAndClosedFilesAreErrors(t *testing.T) {
	f := tempFile(t, noise(100))
	b := zerocopy.NewBody(zerocopy.String("x"), zerocopy.File(f, 50, 51))
	got, err := io.ReadAll(b.NewReader())
	if !errors.Is(err, zerocopy.ErrShortFile) || !errors.Is(err, io.ErrUnexpectedEOF) || len(got) != 51 {
		t.Errorf("read %d bytes, %v; want 51, ErrShortFile", len(got), err)
	}
	if n, err := b.WriteTo(onlyWrite{&plainWriter{}}); !errors.Is(err, zerocopy.ErrShortFile) {
		t.Errorf("WriteTo = %d, %v; want ErrShortFile", n, err)
	}
	f.Close()
	if _, err := io.ReadAll(b.NewReader()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed file: %v; want os.ErrClosed", err)
	}
}

// FuzzBody compares a Body with the plain concatenation of its parts.
func FuzzBody(f *testing.F) {
	f.Add([]byte{0, 3, 5}, []byte("hello, world"), uint16(2), uint16(7))
	f.Add([]byte{1, 1, 1, 1}, []byte("abcd"), uint16(4), uint16(1))
	f.Fuzz(func(t *testing.T, cuts, data []byte, off, n uint16) {
		if len(data) > 1<<12 {
			return
		}
		file := tempFile(t, data)
		var ps []zerocopy.Part
		var want []byte
		for i, c := range cuts[:min(len(cuts), 50)] {
			to := min(int(c), len(data))
			from := to / 2
			switch want = append(want, data[from:to]...); i % 3 {
			case 0:
				ps = append(ps, zerocopy.Bytes(data[from:to]))
			case 1:
				ps = append(ps, zerocopy.File(file, int64(from), int64(to-from)))
			default:
				ps = append(ps, zerocopy.NewBody(zerocopy.String(string(data[from:to]))))
			}
		}
		b := zerocopy.NewBody(ps...)
		if b.Len() != int64(len(want)) {
			t.Fatalf("Len %d; want %d", b.Len(), len(want))
		}
		p, wp := make([]byte, n), make([]byte, n)
		gn, gerr := b.ReadAt(p, int64(off))
		wn, werr := bytes.NewReader(want).ReadAt(wp, int64(off))
		if n > 0 && (gn != wn || gerr != werr || !bytes.Equal(p, wp)) {
			t.Fatalf("ReadAt(%d, %d) = %d, %v; want %d, %v", n, off, gn, gerr, wn, werr)
		}
		var out plainWriter
		if _, err := b.WriteTo(onlyWrite{&out}); err != nil || !bytes.Equal(out.Bytes(), want) {
			t.Fatalf("WriteTo gave %d bytes, %v; want %d", out.Len(), err, len(want))
		}
	})
}

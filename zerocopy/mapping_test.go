package zerocopy_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

func mapped(t testing.TB, content []byte) *zerocopy.Mapping {
	t.Helper()
	m, err := zerocopy.MapBytes(content)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func TestMapCopiesTheFile(t *testing.T) {
	for _, size := range []int{0, 1, 4096, 1_000_003} {
		want := noise(size)
		f := tempFile(t, want)
		m, err := zerocopy.Map(f)
		if err != nil {
			t.Fatal(err)
		}
		f.Truncate(0) // the copy must not mind
		equal(t, "Bytes", m.Bytes(), want)
		if m.Len() != int64(size) {
			t.Errorf("Len %d; want %d", m.Len(), size)
		}
		got, err := io.ReadAll(zerocopy.NewBody(m).NewReader())
		if err != nil {
			t.Error(err)
		}
		equal(t, "Body", got, want)
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		if err := m.Close(); !errors.Is(err, os.ErrClosed) {
			t.Errorf("second Close: %v; want os.ErrClosed", err)
		}
	}
}

func TestMapOfADirectoryFails(t *testing.T) {
	d, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	before := openFiles(t)
	if _, err := zerocopy.Map(d); err == nil {
		t.Error("no error")
	}
	if now := openFiles(t); now != before {
		t.Errorf("%d open files; want %d", now, before)
	}
}

func TestMappingThroughStockWrites(t *testing.T) {
	want, all := noise(700_000), noise(9<<20)
	m, long := mapped(t, want), mapped(t, all)
	for name, tt := range map[string]struct {
		write func(w http.ResponseWriter)
		want  []byte
	}{
		"whole":          {func(w http.ResponseWriter) { w.Write(m.Bytes()) }, want},
		"slice":          {func(w http.ResponseWriter) { w.Write(m.Bytes()[1000:600_001]) }, want[1000:600_001]},
		"short":          {func(w http.ResponseWriter) { w.Write(m.Bytes()[:2000]) }, want[:2000]},
		"long":           {func(w http.ResponseWriter) { naked{w}.Write(long.Bytes()) }, all}, // by sendfile
		"after a flush":  {func(w http.ResponseWriter) { w.(http.Flusher).Flush(); w.Write(m.Bytes()) }, want},
		"in a Body":      {func(w http.ResponseWriter) { zerocopy.Send(w, zerocopy.NewBody(m, zerocopy.String("x"))) }, append(want[:len(want):len(want)], 'x')},
		"short Mappings": {func(w http.ResponseWriter) { zerocopy.Send(w, zerocopy.NewBody(m).Section(9, 30_000)) }, want[9:30_009]},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) { tt.write(w) })
			for range 2 {
				_, got, err := s.get(t, "GET")
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "body", got, tt.want)
			}
		})
	}
}

// Writers that are not conns read the memory. It must be there until they have, and
// must not be touched after Close.
func TestMappingIsThereUntilItIsWritten(t *testing.T) {
	want := noise(300_000)
	m := mapped(t, want)
	b := zerocopy.NewBody(m)
	var got []byte
	n, err := b.WriteTo(writerFunc(func(p []byte) (int, error) {
		if err := m.Close(); err != nil && got == nil {
			t.Error(err)
		}
		got = append(got, p...)
		return len(p), nil
	}))
	if n != int64(len(want)) || err != nil {
		t.Errorf("%d, %v; want %d", n, err, len(want))
	}
	equal(t, "body", got, want)
	for name, w := range map[string]io.Writer{"buffer": new(bytes.Buffer), "response": httptest.NewRecorder()} {
		if n, err := zerocopy.Send(w, b); mapsMemory && (n != 0 || !errors.Is(err, os.ErrClosed)) {
			t.Errorf("%s: %d, %v; want 0, os.ErrClosed", name, n, err)
		}
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestClosedMappingInABody(t *testing.T) {
	m := mapped(t, noise(300_000))
	b := zerocopy.NewBody(m)
	m.Close()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := zerocopy.Reply(w, r, b); err == nil && mapsMemory {
			t.Error("no error")
		}
	})
	if _, got, err := s.get(t, "GET"); err == nil && mapsMemory {
		t.Errorf("client took %d bytes for whole", len(got))
	}
}

package accesslog_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

// FuzzRing writes any bytes anywhere into a ring that holds lines. It is refused, or taken: then no line of the output is damaged, the
// next line arrives once, and nothing is left for a third process.
func FuzzRing(f *testing.F) {
	f.Add(uint16(64), []byte{1})
	f.Add(uint16(128), bytes.Repeat([]byte{0xff}, 8))
	f.Add(uint16(64), bytes.Repeat([]byte{0xff}, 128))
	f.Add(uint16(64), []byte("X"))
	f.Add(uint16(136), []byte{0, 0x10})
	f.Add(uint16(16), []byte{0, 0x20})
	f.Add(uint16(4096), []byte("x\n\x00\n"))
	f.Add(uint16(0), []byte("hotpath ring 2\r\n"))
	path := filepath.Join(f.TempDir(), "ring")
	r, err := accesslog.OpenRing(path, 4096)
	if err != nil {
		f.Fatal(err)
	}
	l := accesslog.New(&accesslog.Options{Writer: new(bytes.Buffer), Ring: r})
	accesslog.Add(l, []byte("written\n"))
	_ = l.Close()
	r, err = accesslog.OpenRing(path, 4096)
	if err != nil {
		f.Fatal(err)
	}
	l = accesslog.New(&accesslog.Options{Writer: stuckWriter{}, Ring: r, FlushEvery: 1 << 40})
	for range 5 {
		accesslog.Add(l, []byte("left behind\n"))
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	_ = l.Close()
	f.Fuzz(func(t *testing.T, at uint16, damage []byte) {
		path := filepath.Join(t.TempDir(), "ring")
		file := append([]byte(nil), sound...)
		copy(file[int(at)%len(file):], damage)
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := accesslog.OpenRing(path, 0)
		if err != nil {
			return
		}
		var out bytes.Buffer
		l := accesslog.New(&accesslog.Options{Writer: &out, Ring: r})
		accesslog.Add(l, []byte("new\n"))
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		balanced(t, l)
		text := out.String()
		if strings.Count(text, "new\n") != 1 || !strings.HasSuffix(text, "new\n") || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\n' }) {
			t.Errorf("%q %+v", text, l.Stats())
		}
		if r, err = accesslog.OpenRing(path, 0); err != nil {
			t.Fatal(err)
		}
		if r.Waiting() != 0 {
			t.Errorf("%d bytes are left", r.Waiting())
		}
		_ = r.Close()
	})
}

// stuckWriter takes nothing.
type stuckWriter struct{}

func (stuckWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }

package accesslog_test

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

func BenchmarkLog(b *testing.B) {
	line := []byte(`{"time":"2026-01-02T15:04:05.000000Z","level":"INFO","msg":"a line of about the length that those of requests have, with an id and an address and an agent"}` + "\n")
	run := func(b *testing.B, o accesslog.Options) {
		o.Writer = io.Discard
		l := accesslog.New(&o)
		for b.Loop() {
			accesslog.Add(l, line)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		s := l.Stats()
		b.ReportMetric(100*float64(s.Dropped)/float64(s.Handed), "dropped-%")
	}
	b.Run("memory", func(b *testing.B) { run(b, accesslog.Options{}) })
	b.Run("ring", func(b *testing.B) {
		r, err := accesslog.OpenRing(filepath.Join(b.TempDir(), "ring"), 4<<20)
		if err != nil {
			b.Fatal(err)
		}
		run(b, accesslog.Options{Ring: r})
	})
}

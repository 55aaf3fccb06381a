package metrics

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Handler serves the counts as Prometheus text, format 0.0.4.
func (m *Metrics) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		// A scraper that has gone needs no answer.
		_, _ = m.WriteTo(w)
	})
}

// WriteTo writes the counts as Prometheus text in one piece.
func (m *Metrics) WriteTo(w io.Writer) (int64, error) {
	b := []byte("# HELP " + Name + " " + Help + "\n# TYPE " + Name + " histogram\n")
	for s := range m.Series() {
		b = s.append(b, m.buckets)
	}
	n, err := w.Write(b)
	return int64(n), err
}

func (s *Series) append(b []byte, buckets []time.Duration) []byte {
	labels := `{code="` + s.Code + `",route="` + escape(s.Route) + `"`
	for i, limit := range buckets {
		b = append(b, Name+"_bucket"+labels+`,le="`...)
		b = append(strconv.AppendFloat(b, limit.Seconds(), 'g', -1, 64), `"} `...)
		b = append(strconv.AppendUint(b, s.Within[i], 10), '\n')
	}
	b = append(b, Name+"_bucket"+labels+`,le="+Inf"} `...)
	b = append(strconv.AppendUint(b, s.Count, 10), '\n')
	b = append(b, Name+"_sum"+labels+"} "...)
	b = append(strconv.AppendFloat(b, s.Sum.Seconds(), 'g', -1, 64), '\n')
	b = append(b, Name+"_count"+labels+"} "...)
	return append(strconv.AppendUint(b, s.Count, 10), '\n')
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// escape makes any text a label's value, which must be UTF-8.
func escape(s string) string { return escaper.Replace(strings.ToValidUTF8(s, "\ufffd")) }

package metrics

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Handler serves the counts as Prometheus text, format 0.0.4.
func (m *Metrics) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		// A scraper that has gone needs no answer.
		_, _ = m.WriteTo(w)
	})
}

const name = "http_request_duration_seconds"

// WriteTo writes the counts as Prometheus text in one piece. Series are there once they have counted something.
func (m *Metrics) WriteTo(w io.Writer) (int64, error) {
	b := []byte("# HELP " + name + " How long requests took, by route and status class.\n# TYPE " + name + " histogram\n")
	routes := *m.routes.Load()
	for _, pattern := range slices.Sorted(maps.Keys(routes)) {
		for c, code := range classes {
			b = m.appendSeries(b, routes[pattern], c, `{route="`+escape(pattern)+`",code="`+code+`"`)
		}
	}
	n, err := w.Write(b)
	return int64(n), err
}

func (m *Metrics) appendSeries(b []byte, r *route, class int, labels string) []byte {
	counts, sum, total := r.read(class, len(m.buckets)+1)
	if total == 0 {
		return b
	}
	below := int64(0)
	for i, limit := range m.buckets {
		below += counts[i]
		b = append(b, name+"_bucket"+labels+`,le="`...)
		b = append(strconv.AppendFloat(b, limit.Seconds(), 'g', -1, 64), `"} `...)
		b = append(strconv.AppendInt(b, below, 10), '\n')
	}
	b = append(b, name+"_bucket"+labels+`,le="+Inf"} `...)
	b = append(strconv.AppendInt(b, total, 10), '\n')
	b = append(b, name+"_sum"+labels+"} "...)
	b = append(strconv.AppendFloat(b, float64(sum)/1e9, 'g', -1, 64), '\n')
	b = append(b, name+"_count"+labels+"} "...)
	return append(strconv.AppendInt(b, total, 10), '\n')
}

// read adds up the shards. The total is that of the counts read, so that a histogram always agrees with itself.
func (r *route) read(class, buckets int) (counts []int64, sum, total int64) {
	counts = make([]int64, buckets)
	for _, s := range r.shards {
		for i := range counts {
			n := s.counts[class*buckets+i].Load()
			counts[i] += n
			total += n
		}
		sum += s.sums[class].Load()
	}
	return counts, sum, total
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// escape makes any text a label's value, which must be UTF-8.
func escape(s string) string { return escaper.Replace(strings.ToValidUTF8(s, "\ufffd")) }

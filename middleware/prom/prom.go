// Package prom shows the counts of middleware/metrics in a Prometheus registry, beside what the program registers there itself.
//
//	m := metrics.New(nil)
//	registry.MustRegister(prom.New(m))
//
// It is a module of its own, so that only who imports it depends on client_golang. Without a registry, Metrics.Handler serves the
// same text.
package prom

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotpath-go/hotpath/middleware/metrics"
)

type collector struct {
	metrics *metrics.Metrics
	desc    *prometheus.Desc
	limits  []float64 // seconds
}

// New returns a collector of m. It costs a request nothing: the counts are read when the registry is.
func New(m *metrics.Metrics) prometheus.Collector {
	c := &collector{metrics: m, desc: prometheus.NewDesc(metrics.Name, metrics.Help, []string{"route", "code"}, nil)}
	for _, limit := range m.Buckets() {
		c.limits = append(c.limits, limit.Seconds())
	}
	return c
}

func (c *collector) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

func (c *collector) Collect(out chan<- prometheus.Metric) {
	for s := range c.metrics.Series() {
		within := make(map[float64]uint64, len(c.limits))
		for i, limit := range c.limits {
			within[limit] = s.Within[i]
		}
		// A pattern is whatever the program registered; a label has to be UTF-8.
		route := strings.ToValidUTF8(s.Route, "\ufffd")
		out <- prometheus.MustNewConstHistogram(c.desc, s.Count, s.Sum.Seconds(), within, route, s.Code)
	}
}

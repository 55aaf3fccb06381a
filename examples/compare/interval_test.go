package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

func constant(n int, v float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}

func TestBootstrapVerdicts(t *testing.T) {
	noisy := []float64{8, 12, 9, 11, 10, 13, 7, 10, 10}
	other := []float64{12, 8, 11, 9, 10, 7, 13, 10, 10}
	for _, tt := range []struct {
		name       string
		plain, hot []float64
		higher     bool
		want       string
	}{
		{"more of the good", constant(9, 10), constant(9, 12), true, "better"},
		{"less of the good", constant(9, 10), constant(9, 8), true, "worse"},
		{"less of the bad", constant(9, 10), constant(9, 8), false, "better"},
		{"more of the bad", constant(9, 10), constant(9, 12), false, "worse"},
		{"equal", constant(9, 10), constant(9, 10), true, "undecided"},
		{"noise", noisy, other, true, "undecided"},
		{"one round", []float64{10}, []float64{1}, false, "undecided"},
		{"three that agree", []float64{10, 11, 12}, []float64{5, 6, 7}, false, "better"},
		{"three that do not", []float64{10, 11, 12}, []float64{5, 6, 13}, false, "undecided"},
		{"down to nothing", constant(9, 10), constant(9, 0), false, "better"},
	} {
		iv, ok := bootstrap(tt.plain, tt.hot)
		if got := iv.verdict(tt.higher); !ok || got != tt.want {
			t.Errorf("%s: %s, want %s (%+v)", tt.name, got, tt.want, iv)
		}
	}
}

func TestBootstrapNothingToDivide(t *testing.T) {
	for _, tt := range [][2][]float64{
		{nil, nil}, {{1}, nil}, {{1, 2}, {1}}, {{0, 1}, {1, 1}}, {{1, 1}, {-1, 1}},
	} {
		if iv, ok := bootstrap(tt[0], tt[1]); ok {
			t.Errorf("%v: %+v", tt, iv)
		}
	}
}

// A slow machine in some rounds, for both alike, must not widen the interval:
// the pairs stay together.
func TestBootstrapKeepsPairs(t *testing.T) {
	plain := []float64{10, 20, 10, 20, 10, 20, 10, 20, 10}
	hot := make([]float64, len(plain))
	for i, v := range plain {
		hot[i] = v * 1.1
	}
	if iv, _ := bootstrap(plain, hot); math.Abs(iv.Low-1.1) > 1e-9 || math.Abs(iv.High-1.1) > 1e-9 {
		t.Errorf("%+v, want 1.1 throughout", iv)
	}
}

// Of 80 comparisons of a thing with itself, about 5 % may be decided; an interval
// that is too narrow decides far more.
func TestBootstrapCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	decided := 0
	for range 80 {
		plain, hot := make([]float64, 9), make([]float64, 9)
		for i := range plain {
			plain[i], hot[i] = 100+10*rng.NormFloat64(), 100+10*rng.NormFloat64()
		}
		iv, _ := bootstrap(plain, hot)
		if iv.verdict(true) != "undecided" {
			decided++
		}
	}
	t.Logf("%d of 80 decided", decided)
	if decided > 12 {
		t.Errorf("%d of 80 comparisons with itself decided, want about 4", decided)
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		v    []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{4, 1}, 2.5}, {[]float64{9, 1, 5}, 5}} {
		if got := median(tt.v); got != tt.want {
			t.Errorf("median(%v) = %v, want %v", tt.v, got, tt.want)
		}
	}
	if got := median(nil); !math.IsNaN(got) {
		t.Errorf("median of nothing = %v, want NaN", got)
	}
}

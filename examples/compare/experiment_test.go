package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// A deadline in the middle of a phase ends the run at once, and says so.
func TestCompareEndsEarly(t *testing.T) {
	t.Parallel()
	cfg, err := parseConfig(tiny(t, "-settle", "4s"), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	var kids Children
	_, err = compare(ctx, cfg, time.Now().Add(planned), &kids, t.Output())
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "ended early") {
		t.Errorf("got %v", err)
	}
}

// With no time left the rows that are extra go first, and say why.
func TestShortOfTime(t *testing.T) {
	e := &Experiment{cfg: Config{Rounds: 9, Duration: time.Second, Idle: 10}, rep: newReport(Config{}), until: time.Now().Add(20 * time.Second)}
	if err := e.memory(t.Context()); err != nil || e.rep.Absent["busy_mb"] == "" {
		t.Errorf("memory: %v, %v", err, e.rep.Absent)
	}
	if n := e.tracedRounds(); n != 0 || e.rep.Absent["syscalls"] == "" {
		t.Errorf("%d traced rounds, %v", n, e.rep.Absent)
	}
	if d, err := e.fit(); err != nil || d >= time.Second || e.rep.Round != d {
		t.Errorf("rounds of %v, %v; want shorter ones", d, err)
	}
	e.until = time.Now()
	if d, err := e.fit(); !errors.Is(err, errNoTime) {
		t.Errorf("rounds of %v, %v; want %v", d, err, errNoTime)
	}
}

func TestOrderSwaps(t *testing.T) {
	if a, b := order(0), order(1); a == b || a[0] != b[1] || order(2) != a {
		t.Errorf("%v then %v then %v", a, b, order(2))
	}
}

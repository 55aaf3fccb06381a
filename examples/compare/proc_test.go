package main

import (
	"testing"
	"time"
)

func TestParseStatus(t *testing.T) {
	const status = "Name:\tRssAnon: 5 kB\nVmRSS:\t   90000 kB\nRssAnon:\t   12345 kB\nRssFile:\t 7 kB\n"
	if got, err := parseStatus([]byte(status), "RssAnon"); err != nil || got != 12345<<10 {
		t.Errorf("got %d, %v; want %d", got, err, 12345<<10)
	}
	for _, bad := range []string{"", "RssAnon:\t12345\n", "RssAnon:\t-1 kB\n", "RssAnon: x kB", "RssAnonymous: 1 kB\n"} {
		if got, err := parseStatus([]byte(bad), "RssAnon"); err == nil {
			t.Errorf("%q: got %d, want an error", bad, got)
		}
	}
}

func TestParseStat(t *testing.T) {
	// A process may call itself what it likes.
	const stat = "7 (a) R 1 (b) S 1 7 7 0 -1 4194560 100 0 0 0 150 25 9 9 20 0 5 0 100 0 0"
	if got, err := parseStat([]byte(stat)); err != nil || got != 1750*time.Millisecond {
		t.Errorf("got %v, %v; want 1.75s", got, err)
	}
	for _, bad := range []string{"", "7 (a)", "7 a R 1", "7 (a) S 1 7 7 0 -1 1 1 0 0 0 x 25", "7 (a) S 1 7 7 0 -1 1 1 0 0 0 -5 25"} {
		if got, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q: got %v, want an error", bad, got)
		}
	}
}

func TestParseAge(t *testing.T) {
	const stat = "7 (go) S 1 7 7 0 -1 4194560 100 0 0 0 150 25 9 9 20 0 5 0 12345 0 0"
	if got, err := parseAge([]byte(stat), []byte("200.00 300.00\n")); err != nil || got != 76550*time.Millisecond {
		t.Errorf("got %v, %v; want 1m16.55s", got, err)
	}
	for _, bad := range []string{"", "NaN 1", "-1 1", "1e30 1", "x"} {
		if got, err := parseAge([]byte(stat), []byte(bad)); err == nil {
			t.Errorf("uptime %q: got %v, want an error", bad, got)
		}
	}
}

func FuzzParseProc(f *testing.F) {
	f.Add([]byte("RssAnon:\t 1 kB\n"))
	f.Add([]byte("7 (a) S 1 7 7 0 -1 1 1 0 0 0 15 25 0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, err := parseStatus(b, "RssAnon"); n < 0 || err != nil && n != 0 {
			t.Errorf("RssAnon %d, %v", n, err)
		}
		if d, err := parseStat(b); d < 0 || err != nil && d != 0 {
			t.Errorf("CPU %v, %v", d, err)
		}
		if d, err := parseAge(b, b); d < 0 || err != nil && d != 0 {
			t.Errorf("age %v, %v", d, err)
		}
		cpuModel(b)
	})
}

func TestCPUModel(t *testing.T) {
	if got := cpuModel([]byte("processor\t: 0\nmodel name\t: Some CPU: 3 GHz\n")); got != "Some CPU: 3 GHz" {
		t.Errorf("got %q", got)
	}
	if got := cpuModel([]byte("processor\t: 0\n")); got != "unknown CPU" {
		t.Errorf("got %q", got)
	}
}

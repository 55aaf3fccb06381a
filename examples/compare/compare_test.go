package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// tiny is a whole comparison that ends in seconds.
func tiny(t *testing.T, more ...string) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{"-identity", self, "-duration", "50ms", "-conns", "4", "-users", "3",
		"-idle", "200", "-settle", "100ms"}, more...)
}

func TestCompare(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "figures.json")
	var out, log bytes.Buffer
	if code := run(time.Now(), tiny(t, "-json", file), nil, &out, &log); code != 0 {
		t.Fatalf("exit status %d\n%s%s", code, &out, &log)
	}
	t.Logf("\n%s", &out)
	var rep Report
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &rep)
	}
	if err != nil {
		t.Fatal(err)
	}
	checkRows(t, out.String(), &rep)
	checkSamples(t, &rep)
	for _, want := range []string{"Command: ", "-conns 4", rep.Machine.Go, "0 failed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output does not say %q", want)
		}
	}
}

// checkRows: every row stands in the table, with figures unless the system has none.
func checkRows(t *testing.T, table string, rep *Report) {
	t.Helper()
	names := (&Report{Config: rep.Config, Idle: rep.Idle, Rate: rep.Rate}).names()
	if len(rep.Rows) != len(names) || len(names) != 12 {
		t.Fatalf("%d rows in the file, %d by name, want 12", len(rep.Rows), len(names))
	}
	for i, row := range rep.Rows {
		line := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(names[i].Name) + ` +\|.*$`).FindString(table)
		if line == "" {
			t.Errorf("no row %q in the table", names[i].Name)
		}
		if !row.Measured && (runtime.GOOS == "linux" && rep.Absent[row.Key] == "" || !strings.Contains(line, "n/a")) {
			t.Errorf("row %q has no figure and no reason", row.Key)
		}
		if _, err := exec.LookPath("strace"); err == nil && row.Key == "syscalls" && !row.Measured && os.Geteuid() == 0 {
			t.Errorf("strace is here and allowed to look, but there are no system calls: %s", rep.Absent[row.Key])
		}
	}
}

// checkSamples: as many rounds as asked, both variants, the order swapped.
func checkSamples(t *testing.T, rep *Report) {
	t.Helper()
	count := make(map[string]int)
	for _, s := range rep.Samples {
		count[s.Phase+" "+s.Variant]++
		if s.Phase == "closed" && s.First != ((s.Variant == "plain") == (s.Round%2 == 0)) {
			t.Errorf("closed round %d: %s first = %v", s.Round, s.Variant, s.First)
		}
		if (s.Phase == "closed" || s.Phase == "paced") && s.Reply.Requests == 0 {
			t.Errorf("%s round %d of %s: no requests", s.Phase, s.Round, s.Variant)
		}
	}
	for _, key := range []string{"closed plain", "closed hot", "paced plain", "paced hot"} {
		if count[key] != 9 {
			t.Errorf("%s: %d rounds, want 9", key, count[key])
		}
	}
}

// Failed requests make the figures doubtful: the table still comes, the status is 1.
func TestPublishFailures(t *testing.T) {
	rep := newReport(Config{})
	rep.add(Sample{Reply: Reply{Requests: 10, Failures: 3}})
	var out, log bytes.Buffer
	if code := publish(rep, Config{}, nil, &out, &log); code != 1 {
		t.Errorf("exit status %d, want 1", code)
	}
	if !strings.Contains(out.String(), "3 failed") || !strings.Contains(log.String(), "3 requests failed") {
		t.Errorf("the failures are not named:\n%s%s", &out, &log)
	}
}

func TestCompareFlags(t *testing.T) {
	for _, args := range [][]string{
		{"-rounds", "8"}, {"-rounds", "26"}, {"-duration", "4s"}, {"-duration", "1ms"}, {"-conns", "0"},
		{"-conns", "513"}, {"-idle", "15001"}, {"-users", "0"}, {"-settle", "-1s"}, {"stray"}, {"-nonsense"},
		{"-json", filepath.Join(t.TempDir(), "no", "such", "folder")},
	} {
		var log bytes.Buffer
		if code := run(time.Now(), args, nil, nil, &log); code != 2 || log.Len() == 0 {
			t.Errorf("%v: exit status %d, said %q; want 2 and a reason", args, code, &log)
		}
	}
	var log bytes.Buffer
	if code := run(time.Now(), []string{"-h"}, nil, nil, &log); code != 0 || !strings.Contains(log.String(), "-rounds") {
		t.Errorf("-h: exit status %d, said %q; want 0 and the flags", code, &log)
	}
}

// A binary that is no server must end the run with what it said, not hang it.
func TestCompareBadBinary(t *testing.T) {
	var log bytes.Buffer
	if code := run(time.Now(), []string{"-identity", filepath.Join(t.TempDir(), "none")}, nil, nil, &log); code != 1 {
		t.Errorf("exit status %d, want 1: %s", code, &log)
	}
}

package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is the program if a test starts its own binary again: what the tests run is then what they were compiled with.
func TestMain(m *testing.M) {
	if os.Getenv("HOTPATH_EXAMPLE") != "" {
		main()
		return
	}
	os.Setenv("HOTPATH_EXAMPLE", "1")
	goleak.VerifyTestMain(m)
}

// The fix changes nothing but the newline that json.Encoder adds.
func TestSameAnswer(t *testing.T) {
	var bodies [][]byte
	for _, h := range []http.HandlerFunc{before(sample()), after(sample())} {
		rec := httptest.NewRecorder()
		mux(h).ServeHTTP(rec, httptest.NewRequest("GET", "/orders", nil))
		body, _ := io.ReadAll(rec.Body)
		bodies = append(bodies, bytes.TrimSpace(body))
	}
	if n := len(bodies[0]); n < 30<<10 || n > 60<<10 {
		t.Errorf("the page has %d bytes", n)
	}
	if !bytes.Equal(bodies[0], bodies[1]) {
		t.Errorf("before %s\nafter %s", bodies[0], bodies[1])
	}
}

// The program as README.md runs it: it measures itself, prints a table, and stops its servers by SIGTERM.
func TestProgram(t *testing.T) {
	dir := t.TempDir()
	results := filepath.Join(dir, "results.json")
	if out, err := exec.Command(os.Args[0], "-measure", results, "-rounds", "1", "-for", "100ms").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command(os.Args[0], "-table", results).CombinedOutput(); err != nil || !bytes.Contains(out, []byte("| after, requests/s |")) {
		t.Errorf("%v\n%s", err, out)
	}
	for _, name := range []string{"before.pprof", "after.pprof"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
			t.Errorf("%s: %v, %d bytes that are no profile", name, err, len(b))
		}
	}
}

// README.md shows the table of the committed figures and the head of the committed profiles.
func TestPageEqualsItsFigures(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := printTable(&table, "results.json"); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, table.Bytes()) {
		t.Errorf("README.md does not have this table:\n%s", table.Bytes())
	}
	for _, name := range []string{"before.txt", "after.txt"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		head := bytes.Join(bytes.SplitAfterN(text, []byte("\n"), 17)[:16], nil)
		if !bytes.Contains(page, head) {
			t.Errorf("README.md does not have the head of %s:\n%s", name, head)
		}
	}
}

// A measurement of nothing leaves the figures that are there alone.
func TestMeasureOfNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.json")
	for rounds, length := range map[int]time.Duration{0: time.Millisecond, -1: time.Millisecond, 1: 0} {
		if err := measure(t.Context(), path, rounds, length); err == nil || !strings.HasPrefix(err.Error(), "-rounds ") {
			t.Errorf("%d rounds of %v: %v, want an error that names the flags", rounds, length, err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was written all the same")
	}
}

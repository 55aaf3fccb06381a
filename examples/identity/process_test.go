package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/examples/internal/program"
)

func eachVariant(t *testing.T, test func(t *testing.T, variant string)) {
	for _, variant := range variantNames() {
		t.Run(variant, func(t *testing.T) { test(t, variant) })
	}
}

// The main job's script.
func TestSessionOutlivesRestart(t *testing.T) {
	eachVariant(t, func(t *testing.T, variant string) {
		args := []string{"-variant", variant, "-data", t.TempDir(), "-drain", "100ms"}
		p := program.Start(t, args...)
		register(t, p.URL)
		token := login(t, p.URL)
		for range 1000 {
			checkSession(t, p.URL, token, http.StatusOK)
		}
		p.Stop()
		if n := strings.Count(p.Stderr(), `"status":200`); n != 1000 {
			t.Errorf("%d request lines of status 200, want 1000", n)
		}
		p = program.Start(t, args...)
		checkSession(t, p.URL, token, http.StatusOK)
		if a := call(t, "DELETE", p.URL+"/v1/session", "", "Authorization", "Bearer "+token); a.status != http.StatusNoContent {
			t.Fatalf("DELETE: %d %s", a.status, a.body)
		}
		checkSession(t, p.URL, token, http.StatusUnauthorized)
		p.Kill()
		p = program.Start(t, args...)
		checkSession(t, p.URL, token, http.StatusUnauthorized)
	})
}

func TestSecondProcessOnTheSameData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := program.Start(t, "-data", dir)
	begin := time.Now()
	out, err := exec.Command(os.Args[0], "-addr", "127.0.0.1:0", "-data", dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "another identity") || time.Since(begin) < openTimeout/2 {
		t.Errorf("%v after %v: %s", err, time.Since(begin), out)
	}
	checkSession(t, p.URL, "", http.StatusUnauthorized)
}

// What a user gets wrong is said once, on a line that names the program and what to mend, and the exit status tells a
// wrong command line (2) from a machine that does not allow it (1).
func TestCommandLine(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // what is not refused would serve for ever
	defer cancel()
	broken := t.TempDir()
	writeFile(t, filepath.Join(broken, "identity.db"), "not a database")
	taken := program.Start(t, "-data", t.TempDir())
	for _, c := range []struct {
		status int
		says   string
		args   []string
	}{
		{2, "-variant", []string{"-variant", "cold"}},
		{2, "-nonsense", []string{"-nonsense"}},
		{2, "argument", []string{"argument"}},
		{2, "-drain", []string{"-drain", "soon"}},
		{2, "-drain", []string{"-drain", "-1s"}},
		{2, "-session", []string{"-session", "0s"}},
		{2, "-events", []string{"-events", "127.0.0.1:9"}},
		{2, "-events", []string{"-events", "http://"}},
		{2, "-events", []string{"-events", "ftp://host/"}},
		{1, "listen", []string{"-addr", "nowhere:x"}},
		{1, "in use", []string{"-addr", taken.Addr}},
		{1, "static", []string{"-static", "/does/not/exist"}},
		{1, "log", []string{"-log", "/does/not/exist"}},
		{1, "data", []string{"-data", os.DevNull}},
		{1, "invalid", []string{"-data", broken}},
	} {
		args := append([]string{"-data", t.TempDir()}, c.args...) // the last -data counts
		out, err := exec.CommandContext(ctx, os.Args[0], args...).CombinedOutput()
		if ctx.Err() != nil {
			t.Fatalf("%v: not refused", c.args)
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != c.status {
			t.Errorf("%v: %v, want status %d: %s", c.args, err, c.status, out)
		}
		first, rest, _ := strings.Cut(string(out), "\n")
		if !strings.HasPrefix(first, "identity: ") || !strings.Contains(first, c.says) || strings.Contains(rest, first) {
			t.Errorf("%v: want one line about %s, got\n%s", c.args, c.says, out)
		}
		if strings.Contains(string(out), "another identity") { // true of a file that is locked, and of no other
			t.Errorf("%v: blames another process: %s", c.args, out)
		}
	}
	if out, err := exec.Command(os.Args[0], "-h").CombinedOutput(); err != nil || !strings.Contains(string(out), "-variant plain") {
		t.Errorf("-h: %v: %s", err, out)
	}
}

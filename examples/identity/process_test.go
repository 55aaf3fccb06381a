package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is the program as a process of its own.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string
	stderr bytes.Buffer // to be read after exit
	once   sync.Once
	err    error
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0], append([]string{"-addr", "127.0.0.1:0"}, args...)...)}
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		p.wait()
		http.DefaultClient.CloseIdleConnections()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		p.cmd.Process.Kill()
		t.Fatalf("first line %q, %v; %v: %s", line, err, p.wait(), p.stderr.String())
	}
	p.url = "http://" + addr
	return p
}

func (p *process) wait() error {
	p.once.Do(func() { p.err = p.cmd.Wait() })
	return p.err
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// terminate stops it by SIGTERM, which must end well.
func (p *process) terminate() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	if err := p.wait(); err != nil {
		p.t.Fatalf("after SIGTERM: %v: %s", err, p.stderr.String())
	}
}

func (p *process) kill() {
	p.t.Helper()
	p.signal(syscall.SIGKILL)
	p.wait()
}

func eachVariant(t *testing.T, test func(t *testing.T, variant string)) {
	for _, variant := range variantNames() {
		t.Run(variant, func(t *testing.T) { test(t, variant) })
	}
}

// The main job's script.
func TestSessionOutlivesRestart(t *testing.T) {
	eachVariant(t, func(t *testing.T, variant string) {
		args := []string{"-variant", variant, "-data", t.TempDir(), "-drain", "100ms"}
		p := startProcess(t, args...)
		register(t, p.url)
		token := login(t, p.url)
		for range 1000 {
			checkSession(t, p.url, token, http.StatusOK)
		}
		p.terminate()
		if n := strings.Count(p.stderr.String(), `"status":200`); n != 1000 {
			t.Errorf("%d request lines of status 200, want 1000", n)
		}
		p = startProcess(t, args...)
		checkSession(t, p.url, token, http.StatusOK)
		if a := call(t, "DELETE", p.url+"/v1/session", "", "Authorization", "Bearer "+token); a.status != http.StatusNoContent {
			t.Fatalf("DELETE: %d %s", a.status, a.body)
		}
		checkSession(t, p.url, token, http.StatusUnauthorized)
		p.kill()
		p = startProcess(t, args...)
		checkSession(t, p.url, token, http.StatusUnauthorized)
	})
}

func TestSecondProcessOnTheSameData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := startProcess(t, "-data", dir)
	begin := time.Now()
	out, err := exec.Command(os.Args[0], "-addr", "127.0.0.1:0", "-data", dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "another identity") || time.Since(begin) < openTimeout/2 {
		t.Errorf("%v after %v: %s", err, time.Since(begin), out)
	}
	checkSession(t, p.url, "", http.StatusUnauthorized)
}

// What a user gets wrong is said once, on a line that names the program and what to mend, and the exit status tells a
// wrong command line (2) from a machine that does not allow it (1).
func TestCommandLine(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // what is not refused would serve for ever
	defer cancel()
	broken := t.TempDir()
	writeFile(t, filepath.Join(broken, "identity.db"), "not a database")
	taken := startProcess(t, "-data", t.TempDir())
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
		{1, "in use", []string{"-addr", strings.TrimPrefix(taken.url, "http://")}},
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

package main

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
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

func TestCommandLine(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // what is not refused would serve for ever
	defer cancel()
	for _, args := range [][]string{
		{"-variant", "cold"}, {"-nonsense"}, {"argument"}, {"-addr", "nowhere:x"}, {"-static", "/does/not/exist"}, {"-data", os.DevNull},
		{"-events", "127.0.0.1:9"}, {"-events", "http://"}, {"-events", "ftp://host/"}, {"-session", "0s"},
	} {
		if !strings.HasPrefix(args[0], "-data") {
			args = append([]string{"-data", t.TempDir()}, args...)
		}
		if out, err := exec.CommandContext(ctx, os.Args[0], args...).CombinedOutput(); err == nil || len(out) == 0 || ctx.Err() != nil {
			t.Errorf("%v: %v: %s", args, err, out)
		}
	}
	if out, err := exec.Command(os.Args[0], "-h").CombinedOutput(); err != nil || !strings.Contains(string(out), "-variant plain") {
		t.Errorf("-h: %v: %s", err, out)
	}
}

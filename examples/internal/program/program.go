// Package program lets a test run the program beside it as a user does: as a process of its own, which is what the test
// was compiled with, portable or under the race detector.
package program

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// again is set for a test's own binary that is to be the program.
const again = "HOTPATH_EXAMPLE"

// Main is what a program's TestMain does: it runs the tests or, when one of them has started the binary again, main.
func Main(m *testing.M, main func()) {
	if os.Getenv(again) != "" {
		main()
		return
	}
	os.Setenv(again, "1")
	goleak.VerifyTestMain(m)
}

// Process is a program that serves. It is for one goroutine at a time.
type Process struct {
	Addr string // where it listens
	URL  string // of the root there

	t      *testing.T
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stderr bytes.Buffer
	once   sync.Once
	end    error
}

// Start runs the program on an address of its own until the test ends, and waits until it says that it listens.
func Start(t *testing.T, args ...string) *Process {
	t.Helper()
	p := &Process{t: t, cmd: exec.Command(os.Args[0], append([]string{"-addr", "127.0.0.1:0"}, args...)...)}
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.cleanup)
	p.stdout = bufio.NewReader(stdout)
	line, err := p.stdout.ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		t.Fatalf("the program's first line is %q, %v", line, err)
	}
	p.Addr, p.URL = addr, "http://"+addr
	return p
}

func (p *Process) cleanup() {
	p.Kill()
	http.DefaultClient.CloseIdleConnections()
	if p.t.Failed() && p.stderr.Len() > 0 {
		p.t.Logf("the program said:\n%s", &p.stderr)
	}
}

// Signal sends s, which the program must be there to get.
func (p *Process) Signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// Stop ends the program by SIGTERM, as Wait has it.
func (p *Process) Stop() (printed string) {
	p.t.Helper()
	p.Signal(syscall.SIGTERM)
	return p.Wait()
}

// Wait waits for the end, which must be one with status 0. It returns what the program printed after it listened.
func (p *Process) Wait() (printed string) {
	p.t.Helper()
	rest, _ := io.ReadAll(p.stdout)
	if err := p.Exit(); err != nil {
		p.t.Errorf("the program ended with %v", err)
	}
	return string(rest)
}

// Exit waits for the end and returns what it was, as exec.Cmd.Wait does.
func (p *Process) Exit() error {
	p.once.Do(func() { p.end = p.cmd.Wait() })
	return p.end
}

// Kill ends the program by SIGKILL, if it still runs.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	_ = p.Exit()
}

// Stderr waits for the end and returns what the program wrote there.
func (p *Process) Stderr() string {
	_ = p.Exit()
	return p.stderr.String()
}

// Refuses checks that the program ends at once with an error that contains says.
func Refuses(t *testing.T, says string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // what is not refused would serve for ever
	defer cancel()
	out, err := exec.CommandContext(ctx, os.Args[0], append([]string{"-addr", "127.0.0.1:0"}, args...)...).CombinedOutput()
	if err == nil || ctx.Err() != nil || !strings.Contains(string(out), says) {
		t.Errorf("%q: %v, want an end that says %q:\n%s", args, err, says, out)
	}
}

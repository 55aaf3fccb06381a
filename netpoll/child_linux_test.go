package netpoll_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// process is a child under test.
type process struct {
	*exec.Cmd
	http, echo target
}

// target is an address to dial.
type target string

func (a target) Network() string { return "tcp" }
func (a target) String() string  { return string(a) }

func (a target) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", string(a))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(2 * time.Minute))
	return c
}

// startChild runs a child that can open so many fds. nil: under -short, where an emulator runs the test, which cannot
// start the test's own binary.
func startChild(t *testing.T, fds int, idle time.Duration) *process {
	if testing.Short() {
		return nil
	}
	p := &process{Cmd: exec.Command("sh", "-c", `ulimit -n "$1" && exec "$0"`, os.Args[0], strconv.Itoa(fds))}
	p.Env = append(os.Environ(), childEnv+"="+idle.String())
	p.Stderr = os.Stderr
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Process.Signal(syscall.SIGCONT)
		in.Close()
		p.Wait()
	})
	if _, err := fmt.Fscan(out, &p.http, &p.echo); err != nil {
		t.Fatal(err)
	}
	return p
}

// parked opens n connections that have made a request, and waits until they are parked.
func (p *process) parked(t *testing.T, n int) []net.Conn {
	watch := p.http.dial(t)
	conns := make([]net.Conn, n)
	for i := range conns {
		conns[i] = p.http.dial(t)
		get(t, conns[i], "/")
	}
	if parks {
		eventually(t, "all parked", func() bool { return stats(t, watch).Parked == n })
	}
	return conns
}

func stats(t *testing.T, c net.Conn) (s netpoll.Stats) {
	t.Helper()
	if err := json.Unmarshal([]byte(get(t, c, "/stats")), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// stat is what the third field and the times of /proc/PID/stat say.
func (p *process) stat(t *testing.T) (state byte, cpu time.Duration) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	user, _ := strconv.Atoi(string(f[11]))
	system, _ := strconv.Atoi(string(f[12]))
	return f[0][0], time.Duration(user+system) * time.Second / 100
}

func (p *process) stop(t *testing.T) {
	p.Process.Signal(syscall.SIGSTOP)
	eventually(t, "stopped", func() bool { state, _ := p.stat(t); return state == 'T' })
}

// bounded is how long a state of the process lasts.
func bounded(t *testing.T, full time.Duration) time.Duration {
	if os.Getenv("HOTPATH_SOAK") == "1" {
		t.Logf("soak: %s, %v", t.Name(), full)
		return full
	}
	return 300 * time.Millisecond
}

func reset(c net.Conn) {
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

// A process that was stopped finds what has come meanwhile: requests, ends, resets and new connections, all at once.
func TestStopAndContinue(t *testing.T) {
	t.Parallel()
	p := startChild(t, 1000, 0)
	if p == nil {
		return
	}
	const each = 50
	conns := p.parked(t, 4*each)
	echoes := make([]net.Conn, each)
	for i := range echoes {
		echoes[i] = p.echo.dial(t)
		send(t, echoes[i], "before")
		expectBytes(t, echoes[i], "before")
	}
	p.stop(t)
	for i := range each {
		send(t, conns[i], getHello)
		conns[each+i].Close()
		reset(conns[2*each+i])
		send(t, echoes[i], "meanwhile")
	}
	late := make([]net.Conn, each)
	for i := range late {
		late[i] = p.http.dial(t)
		send(t, late[i], getHello)
	}
	time.Sleep(bounded(t, 10*time.Second))
	p.Process.Signal(syscall.SIGCONT)
	for i := range each {
		expectHelloOn(t, conns[i])
		expectHelloOn(t, late[i])
		expectBytes(t, echoes[i], "meanwhile")
		if got := get(t, conns[3*each+i], "/"); got != "hello" { // said nothing
			t.Fatal(got)
		}
	}
	watch := p.http.dial(t)
	eventually(t, "who left is gone", func() bool { return stats(t, watch).Open == 3*each+1+1 })
}

func expectHelloOn(t *testing.T, c net.Conn) {
	t.Helper()
	got := make([]byte, 1000)
	n := 0
	for !bytes.HasSuffix(got[:n], []byte("hello")) {
		m, err := c.Read(got[n:])
		if n += m; err != nil {
			t.Fatalf("%q, %v", got[:n], err)
		}
	}
}

// Where the timeout has passed while the process was stopped, a request that came in time is answered or refused whole.
func TestStoppedBeyondIdleTimeout(t *testing.T) {
	t.Parallel()
	p := startChild(t, 1000, 200*time.Millisecond)
	if p == nil {
		return
	}
	conns := make([]net.Conn, 50)
	for i := range conns {
		conns[i] = p.http.dial(t)
		get(t, conns[i], "/")
	}
	p.stop(t)
	for _, c := range conns {
		io.WriteString(c, getEnd)
	}
	time.Sleep(bounded(t, 10*time.Second))
	p.Process.Signal(syscall.SIGCONT)
	for _, c := range conns {
		got, err := io.ReadAll(c)
		if len(got) > 0 && !strings.HasSuffix(string(got), "hello") || err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%q, %v", got, err)
		}
	}
	get(t, p.http.dial(t), "/")
}

// A process without fds left serves those it has, does not spin, and takes new ones once there is room.
func TestNoFdsForAWhile(t *testing.T) {
	t.Parallel()
	p := startChild(t, 120, 0)
	if p == nil {
		return
	}
	conns := p.parked(t, 20)
	watch := p.http.dial(t)
	echoes := make([]net.Conn, 10)
	for i := range echoes {
		echoes[i] = p.echo.dial(t)
		send(t, echoes[i], "x")
		expectBytes(t, echoes[i], "x")
	}
	surplus := make([]net.Conn, 200)
	for i := range surplus {
		surplus[i] = []target{p.http, p.echo}[i%2].dial(t)
	}
	eventually(t, "at the limit", func() bool { return stats(t, watch).AcceptErrors > 0 })
	serve := func() {
		for _, c := range conns {
			get(t, c, "/")
		}
		for _, c := range echoes {
			send(t, c, "still here")
			expectBytes(t, c, "still here")
		}
	}
	serve()
	_, before := p.stat(t)
	rest := bounded(t, time.Minute)
	time.Sleep(rest)
	if _, now := p.stat(t); now-before > rest/2 {
		t.Errorf("%v of CPU in %v without fds", now-before, rest)
	}
	serve()
	for _, c := range surplus {
		reset(c)
	}
	for range 20 {
		get(t, p.http.dial(t), "/")
		c := p.echo.dial(t)
		send(t, c, "back")
		expectBytes(t, c, "back")
	}
}

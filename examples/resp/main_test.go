package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
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

// What a client of the protocol sends, also byte by byte and all at once, and what it must be answered.
const (
	asked = "PING\r\n" +
		"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nv\r\n v\r\n" +
		"*2\r\n$3\r\nget\r\n$1\r\nk\r\n" +
		"*2\r\n$3\r\nGET\r\n$4\r\nnone\r\n" +
		"*3\r\n$3\r\nDEL\r\n$1\r\nk\r\n$4\r\nnone\r\n" +
		"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n" +
		"*1\r\n$3\r\nGET\r\n" +
		"nonsense\n"
	answered = "+PONG\r\n+OK\r\n$5\r\nv\r\n v\r\n$-1\r\n:1\r\n$0\r\n\r\n" +
		"-ERR wrong number of arguments for \"GET\"\r\n-ERR unknown command \"NONSENSE\"\r\n"
)

// start runs the program.
func start(t *testing.T) (addr string, cmd *exec.Cmd) {
	t.Helper()
	cmd = exec.Command(os.Args[0], "-addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		t.Fatalf("said %q, %v", line, err)
	}
	return addr, cmd
}

func TestResp(t *testing.T) {
	addr, cmd := start(t)
	dial := func() net.Conn {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(time.Minute))
		return c
	}
	expect := func(c net.Conn, want string) {
		t.Helper()
		got := make([]byte, len(want))
		if n, err := io.ReadFull(c, got); string(got) != want {
			t.Fatalf("answered %.200q, %v; want %.200q", got[:n], err, want)
		}
	}

	c := dial()
	for _, b := range []byte(asked) {
		c.Write([]byte{b})
	}
	expect(c, answered)
	go io.WriteString(c, strings.Repeat(asked, 500))
	expect(c, strings.Repeat(answered, 500))
	io.WriteString(c, "QUIT\r\nPING\r\n")
	expect(c, "+OK\r\n")
	if b, err := io.ReadAll(c); len(b) > 0 || err != nil {
		t.Errorf("after QUIT: %q, %v", b, err)
	}
	c.Close()
	for _, bad := range []string{"*1\r\n$99999999\r\n", "*1\r\n:1\r\n", "*1\r\n$1\r\nabc", "*99999999999999999\r\n"} {
		c := dial()
		io.WriteString(c, bad)
		if b, err := io.ReadAll(c); len(b) > 0 || err != nil {
			t.Errorf("%q: %q, %v", bad, b, err)
		}
	}
	redisTools(t, addr)
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

func FuzzCommand(f *testing.F) {
	f.Add([]byte(asked))
	f.Add([]byte("*2\r\n$-1\r\n"))
	f.Fuzz(func(t *testing.T, p []byte) {
		for len(p) > 0 {
			n, frame, err := splitCommand(p, false)
			if n == 0 || err != nil {
				return
			}
			args(frame) // in bounds
			p = p[n:]
		}
	})
}

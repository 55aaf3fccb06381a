package main

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/examples/internal/program"
)

func TestMain(m *testing.M) { program.Main(m, main) }

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

func TestResp(t *testing.T) {
	p := program.Start(t)
	dial := func() net.Conn {
		c, err := net.Dial("tcp", p.Addr)
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
	redisTools(t, p.Addr)
	p.Stop()
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

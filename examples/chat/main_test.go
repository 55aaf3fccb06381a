package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
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

// start runs the program and returns where it listens.
func start(t *testing.T, args ...string) (addr string, cmd *exec.Cmd) {
	t.Helper()
	cmd = exec.Command(os.Args[0], append(args, "-addr", "127.0.0.1:0")...)
	cmd.Stderr = os.Stderr
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

// join dials from another loopback address for every 4,000 members: one alone would have connect(2) search for ports.
func join(t *testing.T, addr string, i int) net.Conn {
	t.Helper()
	var d net.Dialer
	if i >= 4000 {
		d.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+i/4000))}
	}
	dialer := ws.Dialer{NetDial: d.DialContext}
	c, br, _, err := dialer.Dial(t.Context(), "ws://"+addr+"/ws")
	if err != nil {
		t.Fatalf("member %d: %v", i, err)
	}
	if br != nil {
		t.Fatalf("member %d was told something before anybody spoke", i)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(2 * time.Minute))
	return c
}

// present waits for n members: one is answered first, and hears what is said a moment later.
func present(t *testing.T, addr string, n int) {
	t.Helper()
	eventually(t, "the room knows its members", func() bool { return look(t, addr, "").Members == n })
}

func hears(t *testing.T, c net.Conn, want string) {
	t.Helper()
	got, err := wsutil.ReadServerText(c)
	if err != nil || string(got) != want {
		t.Fatalf("heard %.40q, %v; want %.40q", got, err, want)
	}
}

func look(t *testing.T, addr, query string) (f figures) {
	t.Helper()
	resp, err := http.Get("http://" + addr + "/stats" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	if err := json.NewDecoder(resp.Body).Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// Everybody hears everything in the same order, and who is silent has no goroutine. HOTPATH_SOAK=1 holds 15,000.
func TestChat(t *testing.T) {
	t.Parallel()
	many := 300
	if os.Getenv("HOTPATH_SOAK") == "1" {
		many = 15000
		t.Logf("soak: %s, %d members", t.Name(), many)
	}
	addr, cmd := start(t)
	members := make([]net.Conn, many)
	for i := range members {
		members[i] = join(t, addr, i)
	}
	eventually(t, "all present", func() bool { return look(t, addr, "").Members == many })
	f := look(t, addr, "?gc=1")
	t.Logf("%+v: %d bytes of memory for each member", f, f.RSS/many)
	if parks && f.Goroutines > 30 {
		t.Errorf("%d goroutines for %d silent members", f.Goroutines, many)
	}

	began := time.Now()
	for _, word := range []string{"hello", "everybody"} {
		if err := wsutil.WriteClientText(members[0], []byte(word)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range members {
		hears(t, c, "hello")
		hears(t, c, "everybody")
	}
	t.Logf("two messages reached %d members in %v", many, time.Since(began))

	for _, c := range members[many/2:] {
		c.Close()
	}
	eventually(t, "half has left", func() bool { return look(t, addr, "").Members == many/2 })
	cmd.Process.Signal(syscall.SIGTERM)
	for _, c := range members[:many/2] {
		_, err := wsutil.ReadServerText(c)
		if closed, ok := err.(wsutil.ClosedError); !ok || closed.Code != ws.StatusGoingAway {
			t.Fatalf("at the end: %v", err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// Frames that come in pieces, at once with the request, or as pings between others.
func TestFrames(t *testing.T) {
	t.Parallel()
	addr, _ := start(t)
	listener := join(t, addr, 0)
	present(t, addr, 1)
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	text := func(s string) string {
		return string(ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte(s)))))
	}
	io.WriteString(c, "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"+text("early")+text("bird"))
	hears(t, listener, "early")
	hears(t, listener, "bird")
	for _, b := range []byte(text("in pieces") + string(ws.MustCompileFrame(ws.MaskFrame(ws.NewPingFrame([]byte("?"))))) + text("after")) {
		c.Write([]byte{b})
	}
	hears(t, listener, "in pieces")
	hears(t, listener, "after")
	io.WriteString(c, "\x81\xff\x00\x00\x00\x00\x00\x01\x00\x01mask") // a byte too long
	eventually(t, "the loud one has left", func() bool { return look(t, addr, "").Members == 1 })
}

// Who does not answer a ping leaves.
func TestSilent(t *testing.T) {
	t.Parallel()
	addr, _ := start(t, "-idle", "100ms")
	join(t, addr, 0)
	present(t, addr, 1)
	eventually(t, "the silent one has left", func() bool { return look(t, addr, "").Members == 0 })
}

// Who answers stays: a ping that was not answered would be the last. A busy machine may answer too late, and gets more time then.
func TestIdle(t *testing.T) {
	t.Parallel()
	const pings = 4
	heard := 0
	for idle := 100 * time.Millisecond; heard < pings && idle < 10*time.Second; idle *= 4 {
		addr, _ := start(t, "-idle", idle.String())
		c := join(t, addr, 0)
		heard = 0
		for heard < pings {
			f, err := ws.ReadFrame(c)
			if err != nil {
				t.Logf("answered %d pings, sent away after %v idle: %v", heard, idle, err)
				break
			}
			if f.Header.OpCode != ws.OpPing {
				t.Fatalf("got %v", f.Header)
			}
			ws.WriteFrame(c, ws.MaskFrame(ws.NewPongFrame(f.Payload)))
			heard++
		}
	}
	if heard < pings {
		t.Errorf("the one who answers was sent away")
	}
}

// Who does not read is sent away, and the others hear everything.
func TestDeaf(t *testing.T) {
	t.Parallel()
	addr, _ := start(t)
	deaf, speaker := join(t, addr, 0), join(t, addr, 1)
	present(t, addr, 2)
	deaf.(*net.TCPConn).SetReadBuffer(4096)
	word := strings.Repeat("x", maxMessage)
	for n := 0; look(t, addr, "").Members == 2; n++ {
		if n == 1000 {
			t.Fatal("still there")
		}
		if err := wsutil.WriteClientText(speaker, []byte(word)); err != nil {
			t.Fatal(err)
		}
		hears(t, speaker, word)
	}
}

func TestIdleOutOfRange(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // one that starts all the same ends
	for _, idle := range []time.Duration{0, -time.Second} {
		if err := run(ctx, "127.0.0.1:0", idle); err == nil || !strings.HasPrefix(err.Error(), "-idle ") {
			t.Errorf("-idle %v: %v, want an error that names the flag", idle, err)
		}
	}
}

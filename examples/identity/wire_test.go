package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// dial opens a connection for requests no http.Client would send.
func dial(t *testing.T, p *program) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(30 * time.Second))
	t.Cleanup(func() { c.Close() })
	return c
}

func TestBadWire(t *testing.T) {
	const head = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"body shorter than announced", head + "Content-Length: 100\r\n\r\n" + adaCredentials, 400},
		{"chunk shorter than announced", head + "Transfer-Encoding: chunked\r\n\r\nff\r\n{\"email\"", 400},
		{"chunk size no number", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		{"chunked and too large", head + "Transfer-Encoding: chunked\r\n\r\n10001\r\n" + strings.Repeat(" ", 0x10001) + "\r\n0\r\n\r\n", 413},
		{"announced too large", head + "Content-Length: 65537\r\n\r\n" + strings.Repeat(" ", 65537), 413},
		{"announced too large, never sent", head + "Content-Length: 99999999999\r\n\r\n", 413},
		{"no path but an asterisk", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 404},
		{"two lengths", head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
		{"no host", "GET /healthz HTTP/1.1\r\n\r\n", 400},
		{"no HTTP", "hello\r\n\r\n", 400},
		{"header too large", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 1<<16) + "\r\n\r\n", 431},
	} {
		forEachVariant(t, Config{}, func(t *testing.T, p *program) {
			conn := dial(t, p)
			go func() { // the server may answer and stop reading before all is sent
				io.WriteString(conn, c.request)
				conn.(*net.TCPConn).CloseWrite()
			}()
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			resp.Body.Close()
			if resp.StatusCode != c.status {
				t.Errorf("%s: status %d, want %d", c.name, resp.StatusCode, c.status)
			}
		})
	}
}

func TestPipelinedRequests(t *testing.T) {
	forEachVariant(t, Config{}, func(t *testing.T, p *program) {
		conn := dial(t, p)
		const n = 50
		go io.WriteString(conn, strings.Repeat("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", n))
		r := bufio.NewReader(conn)
		for i := range n {
			resp, err := http.ReadResponse(r, nil)
			if err != nil {
				t.Fatalf("answer %d: %v", i, err)
			}
			body, err := io.ReadAll(resp.Body)
			if resp.StatusCode != 200 || string(body) != "ok\n" || err != nil {
				t.Fatalf("answer %d: %d %q %v", i, resp.StatusCode, body, err)
			}
		}
	})
}

// A connection that rests between requests, long enough to be parked where there is parking, goes on as before.
func TestRestingConnection(t *testing.T) {
	t.Parallel()
	forEachVariant(t, Config{}, func(t *testing.T, p *program) {
		t.Parallel()
		conn := dial(t, p)
		r := bufio.NewReader(conn)
		for range 2 {
			fmt.Fprint(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
			resp, err := http.ReadResponse(r, nil)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, resp.Body)
			time.Sleep(1500 * time.Millisecond)
		}
	})
}

// What never arrives is not waited for: half a header is hung up on, half a body refused.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	forEachVariant(t, Config{}, func(t *testing.T, p *program) {
		t.Parallel()
		header, body := dial(t, p), dial(t, p)
		io.WriteString(header, "GET /healthz HTTP/1.1\r\nHo")
		io.WriteString(body, "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		if _, err := io.Copy(io.Discard, header); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("half a header was waited for")
		}
		resp, err := http.ReadResponse(bufio.NewReader(body), nil)
		if err != nil {
			t.Fatalf("half a body: %v", err)
		}
		if resp.StatusCode != http.StatusBadRequest || !resp.Close {
			t.Errorf("half a body: %s, Connection: close %v", resp.Status, resp.Close)
		}
	})
}

//go:build linux && !portable

package keepalive_test

import (
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// The kernel is asked about a listener and connections of the test's own.
func TestDoctorSeesLiveSockets(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	port := ln.Addr().(*net.TCPAddr).Port
	dial := func(keepAlive time.Duration) net.Conn {
		c, err := (&net.Dialer{KeepAlive: keepAlive}).Dial("tcp4", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	has := func(r keepalive.Report, rule string) bool {
		return slices.ContainsFunc(r.Findings, func(f keepalive.Finding) bool { return f.Rule == rule })
	}
	fine := dial(time.Minute)
	defer func() { _ = fine.Close() }()
	client := keepalive.Doctor{Port: port, Client: true, PID: os.Getpid()}
	if r := client.Check(); r.Sockets == nil || r.Sockets.States["ESTABLISHED"] != 1 || r.Sockets.States["LISTEN"] != 0 || has(r, "sockets without keep-alive") {
		t.Errorf("the client's side:\n%s", r)
	}
	mute := dial(-1)
	defer func() { _ = mute.Close() }()
	if r := client.Check(); r.Sockets.States["ESTABLISHED"] != 2 || !has(r, "sockets without keep-alive") {
		t.Errorf("a connection without keep-alive:\n%s", r)
	}
	server := keepalive.Doctor{Port: port}
	if r := server.Check(); r.Sockets.States["LISTEN"] != 1 || has(r, "listen queue") {
		t.Errorf("the server's side:\n%s", r)
	}
	server.Rate = 1 << 30
	if r := server.Check(); !has(r, "listen queue") {
		t.Errorf("a backlog below the rate:\n%s", r)
	}
	for _, c := range []net.Conn{fine, mute} { // the accept queue holds them: nobody accepts
		_ = c.Close()
	}
	_ = ln.Close()
	queued := func(u keepalive.Unchecked) bool { return u.Rule == "listen queue" }
	if r := server.Check(); !slices.ContainsFunc(r.Unchecked, queued) {
		t.Errorf("a server that is gone:\n%s", r)
	}
	if r := client.Check(); slices.ContainsFunc(r.Unchecked, queued) {
		t.Errorf("a client has no queue:\n%s", r)
	}
	if r := (keepalive.Doctor{Port: port, PID: 1 << 30}).Check(); r.Sockets != nil || len(r.Unchecked) == 0 {
		t.Errorf("a process that is not there:\n%s", r)
	}
	if r := keepalive.Check(); r.Sockets != nil || len(r.Fine)+len(r.Findings) < 15 {
		t.Errorf("without port and process:\n%s", r)
	}
}

func TestDoctorSeesAFullListenQueue(t *testing.T) {
	t.Parallel()
	ln, err := keepalive.ListenConfig{Backlog: 5}.Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	for range 4 {
		c, err := net.Dial("tcp4", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
	}
	r := keepalive.Doctor{Port: ln.Addr().(*net.TCPAddr).Port}.Check()
	for _, f := range r.Findings {
		if f.Rule == "listen queue" && f.Level == keepalive.Problem {
			return
		}
	}
	t.Errorf("4 waiting of 5 not found:\n%s", r)
}

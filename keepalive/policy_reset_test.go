//go:build linux && !portable

package keepalive_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

func TestResetTimedOut(t *testing.T) {
	t.Parallel()
	prompt := make(chan struct{}) // asks the client for bytes
	soon := func() time.Time { return time.Now().Add(5 * time.Millisecond) }
	tests := []struct {
		name   string
		policy *keepalive.Policy
		serve  func(net.Conn) // what happens before Close
		reset  bool
	}{
		// It must not look to the client as if somebody had read its request.
		{"a request after the last look", &keepalive.Policy{}, func(c net.Conn) {
			_ = c.SetReadDeadline(soon())
			_, _ = c.Read(make([]byte, 8))
			prompt <- struct{}{}
			arrived(t, c, 4)
		}, true},
		{"idle", &keepalive.Policy{ResetTimedOut: true}, func(c net.Conn) {
			_ = c.SetReadDeadline(soon())
			_, _ = c.Read(make([]byte, 8))
		}, true},
		{"idle, not asked for", &keepalive.Policy{}, func(c net.Conn) {
			_ = c.SetReadDeadline(soon())
			_, _ = c.Read(make([]byte, 8))
		}, false},
		{"does not read", &keepalive.Policy{ResetTimedOut: true}, func(c net.Conn) {
			_ = c.SetWriteDeadline(soon())
			_, _ = c.Write(make([]byte, 16<<20))
		}, true},
		{"does not read from io.Copy", &keepalive.Policy{ResetTimedOut: true}, func(c net.Conn) {
			_ = c.SetWriteDeadline(soon())
			_, _ = io.Copy(c, bytes.NewReader(make([]byte, 16<<20)))
		}, true},
		{"in time", &keepalive.Policy{ResetTimedOut: true}, func(c net.Conn) { _, _ = c.Write([]byte("x")) }, false},
		{"interrupted", &keepalive.Policy{ResetTimedOut: true}, func(c net.Conn) {
			_ = c.SetReadDeadline(time.Unix(1, 0))
			_, _ = c.Read(make([]byte, 8))
		}, false},
		{"the owner decides", &keepalive.Policy{}, func(c net.Conn) {
			prompt <- struct{}{}
			arrived(t, c, 4)
			_ = c.(interface{ SetLinger(int) error }).SetLinger(0)
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, server := pair(t, tt.policy)
			served := make(chan struct{})
			go func() { defer close(served); tt.serve(server) }()
			select {
			case <-prompt:
				send(t, client, "late")
				<-served
			case <-served:
			}
			_ = server.Close()
			_, err := io.Copy(io.Discard, client)
			if got := errors.Is(err, syscall.ECONNRESET); got != tt.reset {
				t.Errorf("the client reads %v; reset = %v, want %v", err, got, tt.reset)
			}
		})
	}
}

// An answer that is not yet with the client is more important than the reset.
func TestResetWaitsForTheAnswer(t *testing.T) {
	t.Parallel()
	client, server := pair(t, &keepalive.Policy{ResetTimedOut: true})
	n := fill(t, server)
	_ = server.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, _ = server.Read(make([]byte, 8))
	_ = server.Close()
	if got, err := io.Copy(io.Discard, client); int(got) != n || err != nil {
		t.Errorf("%d of %d bytes, %v", got, n, err)
	}
}

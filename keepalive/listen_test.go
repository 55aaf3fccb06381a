package keepalive_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

func TestListenZeroValue(t *testing.T) {
	t.Parallel()
	ln, err := keepalive.ListenConfig{}.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	if _, ok := ln.(*net.TCPListener); !ok {
		t.Errorf("listener is a %T, want *net.TCPListener", ln)
	}
}

func TestListenRefusesWhatHarms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		lc   keepalive.ListenConfig
		want error
	}{
		{"below package net's probes", keepalive.ListenConfig{UserTimeout: 149 * time.Second}, keepalive.ErrUserTimeout},
		{"below own probes", keepalive.ListenConfig{
			KeepAlive:   net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 2},
			UserTimeout: 19 * time.Second,
		}, keepalive.ErrUserTimeout},
		{"below the system's probes", keepalive.ListenConfig{
			KeepAlive:   net.KeepAliveConfig{Enable: true, Idle: -1, Interval: -1, Count: -1},
			UserTimeout: time.Hour,
		}, keepalive.ErrUserTimeout},
		{"negative", keepalive.ListenConfig{FastOpen: -1}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ln, err := tt.lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err == nil {
				_ = ln.Close()
				t.Fatal("Listen succeeded")
			}
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("error = %v, want %v", err, tt.want)
			}
		})
	}
}

//go:build linux

package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// elapsed is how long ago the user began: under `go run` the compiling before main
// counts, as it does for whoever waits.
func elapsed() time.Duration {
	ppid := os.Getppid()
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", ppid))
	if err != nil || strings.TrimSpace(string(comm)) != "go" {
		return 0
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", ppid))
	if err != nil {
		return 0
	}
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return 0
	}
	age, err := parseAge(stat, uptime)
	if err != nil {
		return 0
	}
	return age
}

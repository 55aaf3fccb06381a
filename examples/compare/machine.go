package main

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Machine says where the figures hold.
type Machine struct {
	CPU        string `json:"cpu"`
	Cores      int    `json:"cores"`
	OS         string `json:"os"`
	Kernel     string `json:"kernel"`
	Go         string `json:"go"` // that built the servers
	Date       string `json:"date"`
	Congestion string `json:"congestion_control"`
	Commit     string `json:"commit"`
	Load       string `json:"load_average"` // before: above 0 others are measured too
}

// describe reads what the system and the server's binary tell about themselves.
func describe(binary, load string) Machine {
	cpu, _ := os.ReadFile("/proc/cpuinfo")
	m := Machine{
		CPU: cpuModel(cpu), Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH,
		Kernel: firstLine("/proc/sys/kernel/osrelease"), Go: runtime.Version(),
		Date:       time.Now().UTC().Format(time.DateOnly),
		Congestion: firstLine("/proc/sys/net/ipv4/tcp_congestion_control"),
		Load:       load,
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return m
	}
	m.Go = info.GoVersion
	set := make(map[string]string)
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	if rev := set["vcs.revision"]; rev != "" {
		m.Commit = rev[:min(len(rev), 12)]
	}
	if set["vcs.modified"] == "true" { // never without a revision
		m.Commit += " with changes"
	}
	return m
}

func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s, kernel %s, %s, %s, TCP %s, load average before %s, commit %s",
		m.CPU, m.Cores, m.OS, m.Kernel, m.Go, m.Date, m.Congestion, m.Load, cmp.Or(m.Commit, "unknown"))
}

// commit asks git for what the working directory holds; empty when it cannot say.
func commit(ctx context.Context) string {
	rev, err := exec.CommandContext(ctx, "git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return ""
	}
	changes, err := exec.CommandContext(ctx, "git", "status", "--porcelain").Output()
	if err == nil && len(changes) > 0 {
		return strings.TrimSpace(string(rev)) + " with changes"
	}
	return strings.TrimSpace(string(rev))
}

// loadAverage is that of the last minute, to be read before adding to it.
func loadAverage() string {
	minute, _, _ := strings.Cut(firstLine("/proc/loadavg"), " ")
	return minute
}

func firstLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return "n/a"
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

// commandLine is how to run this again. Under `go run` the program's own path is
// a temporary file and says nothing.
func commandLine(args []string) string {
	name := filepath.Base(os.Args[0])
	if self, err := os.Executable(); err == nil && strings.Contains(self, "go-build") {
		name = "go run ./examples/compare"
	}
	return strings.Join(append([]string{name}, args...), " ")
}

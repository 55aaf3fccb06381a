package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of the times in /proc/PID/stat: USER_HZ is 100 on every
// Linux port that Go has. See proc(5).
const clockTick = 10 * time.Millisecond

// rssAnon reads the resident anonymous memory of a process, in bytes. RssAnon and
// not VmRSS: a mapped data file is page cache, not the server's memory.
func rssAnon(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return parseStatus(b, "RssAnon")
}

// parseStatus finds a "Name:   123 kB" line of /proc/PID/status and returns bytes.
func parseStatus(b []byte, name string) (int64, error) {
	for line := range bytes.Lines(b) {
		rest, found := bytes.CutPrefix(line, []byte(name+":"))
		if !found {
			continue
		}
		digits, unit, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(" "))
		kb, err := strconv.ParseInt(string(digits), 10, 53)
		if err != nil || kb < 0 || string(unit) != "kB" {
			return 0, fmt.Errorf("compare: %s in /proc/PID/status is %q", name, bytes.TrimSpace(rest))
		}
		return kb << 10, nil
	}
	return 0, fmt.Errorf("compare: no %s in /proc/PID/status", name)
}

// statTicks returns fields first to last of a /proc/PID/stat line, which are
// counts. The command name stands in parentheses and may hold spaces and
// parentheses itself: fields are counted from the last ")". See proc(5).
func statTicks(b []byte, first, last int) ([]time.Duration, error) {
	end := bytes.LastIndexByte(b, ')')
	fields := strings.Fields(string(b[end+1:])) // from field 3
	if end < 0 || len(fields) < last-2 {
		return nil, fmt.Errorf("compare: /proc/PID/stat is %.80q", b)
	}
	var ticks []time.Duration
	for _, f := range fields[first-3 : last-2] {
		n, err := strconv.ParseUint(f, 10, 38) // × 10 ms twice fits a Duration
		if err != nil {
			return nil, fmt.Errorf("compare: /proc/PID/stat: %w", err)
		}
		ticks = append(ticks, time.Duration(n)*clockTick)
	}
	return ticks, nil
}

// parseStat reads utime + stime.
func parseStat(b []byte) (time.Duration, error) {
	t, err := statTicks(b, 14, 15)
	if err != nil {
		return 0, err
	}
	return t[0] + t[1], nil
}

// parseAge is how long a process has existed, from its start time and /proc/uptime.
func parseAge(stat, uptime []byte) (time.Duration, error) {
	started, err := statTicks(stat, 22, 22)
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(uptime), " ")
	up, err := strconv.ParseFloat(first, 64)
	if err != nil || !(up >= 0 && up < 1e9) {
		return 0, fmt.Errorf("compare: /proc/uptime is %.40q", uptime)
	}
	return max(time.Duration(up*1e9)-started[0], 0), nil
}

// cpuModel reads the first processor's name from /proc/cpuinfo. Some
// architectures give none.
func cpuModel(b []byte) string {
	for line := range bytes.Lines(b) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		if n := string(bytes.TrimSpace(name)); n == "model name" || n == "Model" {
			return string(bytes.TrimSpace(value))
		}
	}
	return "unknown CPU"
}

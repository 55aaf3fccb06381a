package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// The clock of another process must agree with what wait4 says it used in the end,
// and be finer than the 10 ms of /proc/PID/stat.
func TestCPUTimeOfAnotherProcess(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; kill -STOP $$")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	waitFor(t, "the loop to end", func() bool {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		_, state, _ := cutState(b)
		return state == 'T'
	})
	got, err := cpuClock(pid)
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	ticks, statErr := parseStat(b)
	cmd.Process.Kill()
	cmd.Wait()
	if err != nil || statErr != nil {
		t.Fatal(err, statErr)
	}
	ru := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	want := time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
	if got < want-5*time.Millisecond || got > want+time.Millisecond {
		t.Errorf("CPU clock %v, wait4 says %v", got, want)
	}
	if ticks > got+2*clockTick || ticks < got-2*clockTick {
		t.Errorf("/proc says %v, the CPU clock %v", ticks, got)
	}
	if got%clockTick == 0 {
		t.Errorf("%v: no finer than a tick", got)
	}
}

// cutState finds the state letter of a /proc/PID/stat line.
func cutState(b []byte) (pid int, state byte, ok bool) {
	var name string
	n, _ := fmt.Sscanf(string(b), "%d %s %c", &pid, &name, &state)
	return pid, state, n == 3
}

// Above the kernel's PID_MAX_LIMIT there is nobody.
func TestCPUTimeOfNobody(t *testing.T) {
	if d, err := cpuTime(1<<22 + 1); err == nil {
		t.Errorf("got %v, want an error", d)
	}
}

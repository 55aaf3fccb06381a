//go:build linux

package main

import (
	"os/exec"
	"syscall"
)

// endWithParent has the kernel kill the child when this process dies by any
// means, SIGKILL included. PR_SET_PDEATHSIG fires on the death of the thread that
// forked; Go ends a thread only when a goroutine locked to it returns, and no
// locked goroutine of this process starts children. See prctl(2).
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

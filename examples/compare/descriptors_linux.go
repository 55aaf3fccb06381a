//go:build linux

package main

import (
	"fmt"
	"syscall"
)

// idleAllowed is how many idle connections the descriptor limit leaves room for:
// one each here and in the server, which inherits the hard limit and, like every
// Go program, raises its soft limit to it.
func idleAllowed(want int) (int, error) {
	var lim syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
		return 0, err
	}
	const others = 200 // files, pipes, the runtime's own
	if lim.Max < 2*others {
		return 0, fmt.Errorf("only %d descriptors allowed", lim.Max)
	}
	return int(min(uint64(want), lim.Max-others)), nil
}

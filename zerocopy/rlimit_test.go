//go:build unix && !freebsd

package zerocopy_test

import "syscall"

func setCur(l *syscall.Rlimit, n uint64) { l.Cur = n }

//go:build !linux

package main

import (
	"errors"
	"time"
)

// cpuTime of another process is read on Linux only.
func cpuTime(int) (time.Duration, error) { return 0, errors.ErrUnsupported }

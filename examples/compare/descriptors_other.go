//go:build !linux

package main

import "errors"

// idleAllowed: without /proc/PID/status there is nothing to measure.
func idleAllowed(int) (int, error) { return 0, errors.New("needs Linux") }

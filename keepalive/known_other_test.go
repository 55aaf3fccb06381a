//go:build !linux || portable

package keepalive_test

const known = false

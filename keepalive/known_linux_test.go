//go:build linux && !portable

package keepalive_test

// known: the kernel tells what a connection is worth.
const known = true

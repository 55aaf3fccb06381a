//go:build race

package keepalive_test

// scale shortens loops: the race detector needs interleavings, not volume.
const scale = 1

//go:build !linux || portable

package zerocopy_test

const mapsMemory = false

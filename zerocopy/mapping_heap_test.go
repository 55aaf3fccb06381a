//go:build !linux || portable

package zerocopy_test

const mapsMemory = false

// portableStat is what the portable way to look at a file's time allocates.
const portableStat = 1

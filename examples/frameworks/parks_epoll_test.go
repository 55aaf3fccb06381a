//go:build linux && !portable

package main

// parks: idle connections leave their goroutine on this build.
const parks = true

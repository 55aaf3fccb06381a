//go:build !linux || portable

package main

// parks: on this build an idle connection waits in its goroutine.
const parks = false

//go:build linux && !portable

package main

// parks says whether a silent member costs no goroutine in this build.
const parks = true

//go:build linux && !portable

package main

// parks says whether an idle connection can be parked by this build.
const parks = true

//go:build linux && !portable

package main

// proves says whether this build can tell that a request was never read, and send it again.
const proves = true

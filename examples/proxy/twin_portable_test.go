//go:build !linux || portable

package main

// splices says whether this build knows splice.
const splices = false

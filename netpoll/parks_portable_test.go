//go:build !linux || portable

package netpoll_test

const parks = false

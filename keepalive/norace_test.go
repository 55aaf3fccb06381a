//go:build !race

package keepalive_test

const scale = 2

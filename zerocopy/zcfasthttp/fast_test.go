//go:build linux && !portable

package zcfasthttp_test

const fast = true

//go:build linux && !portable

package accesslog_test

const mapping = true

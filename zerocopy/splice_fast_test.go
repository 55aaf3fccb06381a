//go:build linux && !portable

package zerocopy_test

const hasSplice = true

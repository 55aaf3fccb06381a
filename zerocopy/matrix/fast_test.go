//go:build linux && !portable

package matrix

// fast: this build has sendfile.
const fast = true

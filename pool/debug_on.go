//go:build pooldebug || race

package pool

// debugBuild says whether stacks are taken and late use of a Ref panics. The
// race detector's builds are slow already.
const debugBuild = true

//go:build !pooldebug && !race

package pool

// debugBuild says whether stacks are taken and late use of a Ref panics.
const debugBuild = false

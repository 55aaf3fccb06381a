//go:build !pooldebug

package pool

// poisonBuild says whether memory that was put is poisoned and kept aside.
const poisonBuild = false

//go:build linux && !portable

package netpoll_test

// parks says whether this build parks at all; the tests are the same for both.
const parks = true

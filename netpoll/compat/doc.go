// Package compat runs netpoll's Listener under servers and test suites that netpoll itself does not depend on: fasthttp,
// gin, echo, netutil.LimitListener and nettest.TestConn. It has tests only.
package compat

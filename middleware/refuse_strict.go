//go:build race || hotpathdebug

package middleware

import (
	"sync/atomic"
	"unsafe"
)

const strict = true

// refuse panics in the builds meant to find mistakes: late use is one, and an error nobody checks would hide it.
func refuse(method string) {
	panic("middleware: " + method + " on a response writer whose handler has returned: wait for the goroutine that uses it " +
		"before you return, or give it a copy of the data and not the writer")
}

// load and forget are atomic, so that the race detector leaves it to refuse to say what is wrong.
func load(p *unsafe.Pointer) unsafe.Pointer { return atomic.LoadPointer(p) }
func forget(p *unsafe.Pointer)              { atomic.StorePointer(p, nil) }

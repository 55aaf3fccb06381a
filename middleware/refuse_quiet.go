//go:build !race && !hotpathdebug

package middleware

import "unsafe"

const strict = false

// refuse does nothing here: a production server answers late use with ErrHandlerDone or a no-op.
func refuse(string) {}

// load and forget are plain, since an atomic store is a quarter of what Wrap costs. Who outlives a request races with its end in any
// case: it is let through just before and refused just after, and reaches no response but its own. A word is never seen in
// halves, and a single read is of one value: https://go.dev/ref/mem#restrictions.
func load(p *unsafe.Pointer) unsafe.Pointer { return *p }
func forget(p *unsafe.Pointer)              { *p = nil }

//go:build !race && !hotpathdebug

package middleware

const strict = false

// refuse does nothing here: a production server answers late use with ErrHandlerDone or a no-op.
func refuse(string) {}

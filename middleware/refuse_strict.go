//go:build race || hotpathdebug

package middleware

const strict = true

// refuse panics in the builds meant to find mistakes: late use is one, and an error nobody checks would hide it.
func refuse(method string) {
	panic("middleware: " + method + " on a response writer whose handler has returned: wait for the goroutine that uses it " +
		"before you return, or give it a copy of the data and not the writer")
}

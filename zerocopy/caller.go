package zerocopy

import (
	"runtime"
	"strings"
)

// byHTTP reports whether net/http itself called the method of a conn that asks.
// Only then does nobody between the two look at the bytes: a conn that somebody
// put around ours, to record or to encrypt, may change them in place, and must
// be given real ones. What merely embeds ours is not seen, and need not be.
func byHTTP() bool {
	var pcs [8]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, ownPrefix) || !more {
			return strings.HasPrefix(f.Function, "net/http.")
		}
	}
}

const ownPrefix = "github.com/hotpath-go/hotpath/zerocopy."

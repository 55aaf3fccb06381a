//go:build !linux || portable

package zerocopy

import "io"

func (c *core) corkFor(io.Reader) bool { return false }
func (c *core) uncork()                {}

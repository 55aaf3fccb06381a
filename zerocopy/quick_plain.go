//go:build !linux || portable || race

package zerocopy

// quick has nothing where package net makes the calls.
type quick struct{}

func (c *core) bindQuick()                     {}
func (c *core) receive(p []byte) (int, error)  { return c.nc.Read(p) }
func (c *core) transmit(p []byte) (int, error) { return c.nc.Write(p) }

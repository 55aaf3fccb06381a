//go:build !linux || portable

package netpoll

import "net"

// engine declines everything here: each Stream has goroutines of its own.
type engine struct{}

func (*engine) start(*Server) error                        { return nil }
func (*engine) accept(*Server, net.Listener) (bool, error) { return false, nil }
func (*engine) stop()                                      {}
func (*engine) wait()                                      {}

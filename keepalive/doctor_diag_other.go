//go:build !linux

package keepalive

func liveSockets(Doctor) ([]socket, error) { return nil, unsupported("live sockets") }

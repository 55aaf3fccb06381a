package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
)

// hold is the other side, to see what idle connections cost: n of them ask once each and wait until ctx ends.
func hold(ctx context.Context, addr string, n int, secure bool) error {
	for i := range n {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return fmt.Errorf("after %d connections: %w", i, err)
		}
		defer c.Close()
		if secure {
			c = tls.Client(c, &tls.Config{InsecureSkipVerify: true}) // the server's certificate is made at its start
		}
		if err := greet(c, addr); err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
	}
	fmt.Println("holding", n, "connections; Ctrl-C ends them")
	<-ctx.Done()
	return nil
}

func greet(c net.Conn, addr string) error {
	if _, err := fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", addr); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReaderSize(c, 512), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

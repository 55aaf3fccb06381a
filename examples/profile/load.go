package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// connections is how many connections a load keeps busy.
const connections = 8

// load asks for /orders for some time and returns the requests per second.
func load(ctx context.Context, addr string, length time.Duration) (float64, error) {
	start := time.Now()
	counts := make([]int, connections)
	errs := make([]error, connections)
	var wg sync.WaitGroup
	for i := range connections {
		wg.Go(func() { counts[i], errs[i] = ask(ctx, addr, start.Add(length)) })
	}
	wg.Wait()
	n := 0
	for i := range connections {
		if errs[i] != nil {
			return 0, errs[i]
		}
		n += counts[i]
	}
	return float64(n) / time.Since(start).Seconds(), nil
}

// ask is one connection's requests, one after the other.
func ask(ctx context.Context, addr string, end time.Time) (n int, err error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	in := bufio.NewReaderSize(c, 64<<10)
	for ; ctx.Err() == nil && time.Now().Before(end); n++ {
		if _, err := io.WriteString(c, "GET /orders HTTP/1.1\r\nHost: orders\r\n\r\n"); err != nil {
			return n, err
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return n, err
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return n, err
		}
		if resp.StatusCode != http.StatusOK {
			return n, fmt.Errorf("status %d", resp.StatusCode)
		}
	}
	return n, nil
}

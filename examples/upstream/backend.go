package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// backend is a server that leaves without cutting anybody off.
type backend struct {
	addr   string
	name   string
	srv    *http.Server
	policy *keepalive.Policy
}

func (b *backend) start() error {
	ln, err := net.Listen("tcp", b.addr)
	if err != nil {
		return err
	}
	b.addr = ln.Addr().String()
	b.policy = new(keepalive.Policy)
	b.srv = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprintf(w, "hello from %s\n", b.name)
	})}
	b.policy.Configure(b.srv)
	go func() { _ = b.srv.Serve(ln) }()
	return nil
}

// leave ends every connection that is in use with its next answer, and then
// the rest.
func (b *backend) leave() {
	b.policy.Drain()
	time.Sleep(drainTime)
	bye, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if b.srv.Shutdown(bye) != nil {
		_ = b.srv.Close()
	}
}

const (
	drainTime = 50 * time.Millisecond // in which busy connections have one more request
	downTime  = 50 * time.Millisecond
)

// fleet is the backends that the program starts when none are named.
type fleet struct {
	all   []*backend
	addrs []string
}

func startFleet(n int) (*fleet, error) {
	f := new(fleet)
	for i := range n {
		b := &backend{addr: "127.0.0.1:0", name: fmt.Sprint("backend ", i+1)}
		if err := b.start(); err != nil {
			f.stop()
			return nil, err
		}
		f.all = append(f.all, b)
		f.addrs = append(f.addrs, b.addr)
	}
	return f, nil
}

func (f *fleet) restartInTurn(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		b := f.all[i%len(f.all)]
		b.leave()
		time.Sleep(downTime)
		if err := b.start(); err != nil {
			fmt.Println(b.name, "did not come back:", err)
			return
		}
	}
}

func (f *fleet) stop() {
	for _, b := range f.all {
		_ = b.srv.Close()
	}
}

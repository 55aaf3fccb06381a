package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// backend is a server that leaves without cutting anybody off.
type backend struct {
	addr   string
	name   string
	starts int
	srv    *http.Server
	policy *keepalive.Policy
}

func (b *backend) start() error {
	ln, err := net.Listen("tcp", b.addr)
	if err != nil {
		return err
	}
	b.addr = ln.Addr().String()
	b.starts++
	hello := fmt.Sprintf("hello from %s, start %d\n", b.name, b.starts)
	b.policy = new(keepalive.Policy)
	b.srv = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, hello)
	})}
	b.policy.Configure(b.srv)
	go func() { _ = b.srv.Serve(ln) }()
	return nil
}

// leave ends every connection that is in use with its next answer, and then
// the rest; at once if ctx ends.
func (b *backend) leave(ctx context.Context) {
	b.policy.Drain()
	select {
	case <-ctx.Done():
	case <-time.After(drainTime):
	}
	bye, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if b.srv.Shutdown(bye) != nil {
		_ = b.srv.Close()
	}
}

const (
	drainTime = 150 * time.Millisecond // in which busy connections have one more request; Upstream keeps away for longer
	patience  = 6 * time.Second        // Shutdown waits 5 s for connections that had no request yet
	downTime  = 50 * time.Millisecond
)

// fleet is the backends that the program starts when none are named.
type fleet struct {
	all        []*backend
	addrs      []string
	restarting sync.WaitGroup
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

// restartInTurn goes on until ctx ends, which must be before stop.
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
		b.leave(ctx)
		time.Sleep(downTime)
		if err := b.start(); err != nil {
			fmt.Println(b.name, "did not come back:", err)
			return
		}
	}
}

func (f *fleet) stop() {
	f.restarting.Wait()
	for _, b := range f.all {
		_ = b.srv.Close()
	}
}

// backends are the host:port of a list, none of an empty one.
func backends(list string) (addrs []string, err error) {
	if list == "" {
		return nil, nil
	}
	for addr := range strings.SplitSeq(list, ",") {
		addr = strings.TrimSpace(addr)
		if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
			return nil, fmt.Errorf("-backend %q: want host:port, several by comma", list)
		}
		addrs = append(addrs, addr)
	}
	return addrs, nil
}

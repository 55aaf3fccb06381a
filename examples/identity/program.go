package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"
)

// variants is all in which plain and hot differ outside their handlers.
var variants = map[string]struct {
	handler func(*App) (h http.Handler, closeHandler func() error)
	open    func(addr string, h http.Handler, log *slog.Logger) (*http.Server, net.Listener, error)
	client  func() *http.Client
	events  func([]Event) ([]byte, error)
}{
	"plain": {newPlain, openPlain, plainClient, plainEvents},
	"hot":   {newHot, openHot, hotClient, hotEvents},
}

// Program is the running service. Start makes one; Stop ends it once.
type Program struct {
	config  Config
	app     *App
	server  *http.Server
	addr    net.Addr
	drain   *Drain
	failed  chan error // Serve's error, if it ends before Stop
	sweeper sync.WaitGroup
	closers []func() error // run last to first
}

const (
	deliveryTime = 3 * time.Second // for audit events not yet delivered; they stay stored
	sweepEvery   = time.Minute
)

// shutdownTime is for requests still running when the drain is over: who neither sends nor reads is gone by then, but for
// the client of a static file, which may take longer and is cut.
func shutdownTime() time.Duration { return patience.write + 2*time.Second }

// Start opens everything and serves. When it returns, connections are being accepted.
func Start(config Config) (*Program, error) {
	p := &Program{config: config, failed: make(chan error, 1)}
	if err := p.open(); err != nil {
		return nil, errors.Join(err, p.close())
	}
	variant := variants[config.variant]
	handler, closeHandler := variant.handler(p.app)
	p.closers = append(p.closers, closeHandler)
	p.drain.next = handler
	server, ln, err := variant.open(config.addr, p.drain, p.app.log)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("identity: %w", err), p.close())
	}
	p.server, p.addr = server, ln.Addr()
	go func() {
		if err := p.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			p.failed <- fmt.Errorf("identity: serve: %w", err)
		}
	}()
	return p, nil
}

// open builds the domain from the store up, noting how to close each part.
func (p *Program) open() error {
	logOut, err := p.openLog()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(logOut, nil))
	store, err := OpenBolt(p.config.data)
	if err != nil {
		return err
	}
	p.closers = append(p.closers, store.Close)
	url, err := p.sink()
	if err != nil {
		return err
	}
	audit := p.audit(store, url, log)
	cores := runtime.GOMAXPROCS(0)
	service := NewService(store, NewHasher(startCost, cores), audit, p.config.session)
	p.closers = append(p.closers, func() error { service.Close(); return nil })
	p.sweep(service, log)
	assets, err := OpenAssets(p.config.static)
	if err != nil {
		return err
	}
	p.closers = append(p.closers, assets.Close)
	p.drain = &Drain{}
	p.app = &App{
		Service: service, assets: assets, drain: p.drain, logOut: logOut, log: log,
		variant: p.config.variant, debug: p.config.debug,
	}
	return nil
}

func (p *Program) openLog() (io.Writer, error) {
	if p.config.logFile == "" {
		return os.Stderr, nil
	}
	f, err := os.OpenFile(p.config.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("identity: log: %w", err)
	}
	p.closers = append(p.closers, f.Close)
	return f, nil
}

func (p *Program) sink() (url string, err error) {
	if p.config.events != "" {
		return p.config.events, nil
	}
	sink, err := StartSink()
	if err != nil {
		return "", fmt.Errorf("identity: event sink: %w", err)
	}
	p.closers = append(p.closers, sink.Close)
	return sink.url, nil
}

func (p *Program) audit(store EventStore, url string, log *slog.Logger) *Audit {
	variant := variants[p.config.variant]
	client := variant.client()
	p.closers = append(p.closers, func() error { client.CloseIdleConnections(); return nil })
	a := NewAudit(store, &Courier{store: store, url: url, client: client, encode: variant.events, log: log}, log)
	p.closers = append(p.closers, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), deliveryTime)
		defer cancel()
		return a.Close(ctx)
	})
	return a
}

// sweep deletes expired sessions from the store now and then; they stopped counting when they expired.
func (p *Program) sweep(s *Service, log *slog.Logger) {
	ctx, stop := context.WithCancel(context.Background())
	p.sweeper.Go(func() {
		tick := time.NewTicker(sweepEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			if err := s.Sweep(ctx); err != nil {
				log.Warn("sweep", "error", err)
			}
		}
	})
	p.closers = append(p.closers, func() error { stop(); p.sweeper.Wait(); return nil })
}

// Addr is where it listens.
func (p *Program) Addr() net.Addr { return p.addr }

// Stop drains, shuts down, and closes everything: first what makes events, then the audit, last the store.
func (p *Program) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), p.config.drain+shutdownTime())
	defer cancel()
	err := p.drain.Shutdown(ctx, p.server, p.config.drain)
	if err != nil {
		p.server.Close()
	}
	return errors.Join(err, p.close())
}

func (p *Program) close() (err error) {
	for len(p.closers) > 0 {
		last := len(p.closers) - 1
		err = errors.Join(err, p.closers[last]())
		p.closers = p.closers[:last]
	}
	return err
}

// Identity is a login and session service, the kind of small hot service every company runs: accounts, sessions, a
// cache, a durable store, an audit log that is delivered to an event sink. It is written twice from the same domain code:
// "plain" the way a good team writes it today (gin, encoding/json, log/slog), "hot" with hotpath's modules.
//
//	go run ./examples/identity                    # hot, on 127.0.0.1:8080
//	go run ./examples/identity -variant plain
//
//	curl -d '{"name":"Ada","email":"ada@example.com","password":"correct horse"}' -H 'Content-Type: application/json' http://127.0.0.1:8080/v1/users
//	{"id":"usr_…","name":"Ada","created":"…"}
//	curl -d '{"email":"ada@example.com","password":"correct horse"}' -H 'Content-Type: application/json' http://127.0.0.1:8080/v1/sessions
//	{"token":"TOKEN","user_id":"usr_…","expires":"…"}
//	curl -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8080/v1/session        # 2–3 kB: the profile, roles, permissions
//	curl -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8080/v1/audit?limit=5  # the last logins
//	curl -X DELETE -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8080/v1/session
//
// It prints "listening on ADDR" when it serves, and one JSON line for each request on stderr. SIGTERM drains: /readyz
// turns 503 and answers carry "Connection: close" for -drain, then it stops, with every login stored in the audit log; a
// second signal ends it at once. SIGKILL loses no account, session or logout that was acknowledged, and of the audit log
// at most one batch not yet stored: 256 logins or the last 50 ms of them plus one write.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// Config is the command line.
type Config struct {
	variant, addr, data, static, events, logFile string
	drain, session                               time.Duration
	debug                                        bool
}

func parseFlags(args []string) (Config, error) {
	var c Config
	f := flag.NewFlagSet("identity", flag.ContinueOnError)
	f.StringVar(&c.variant, "variant", "hot", "`plain` or hot")
	f.StringVar(&c.addr, "addr", "127.0.0.1:8080", "address to serve; port 0 chooses one")
	f.StringVar(&c.data, "data", defaultData(), "directory of the database")
	f.StringVar(&c.static, "static", "", "directory of the static files (default: built in)")
	f.StringVar(&c.events, "events", "", "URL that audit events are POSTed to (default: a sink in this process)")
	f.StringVar(&c.logFile, "log", "", "file for request lines (default: stderr)")
	f.DurationVar(&c.drain, "drain", 2*time.Second, "how long to refuse keep-alive before stopping")
	f.DurationVar(&c.session, "session", 24*time.Hour, "how long a session lives")
	f.BoolVar(&c.debug, "debug", false, "serve GET /debug/stats")
	if err := f.Parse(args); err != nil {
		return c, err
	}
	if f.NArg() > 0 {
		return c, fmt.Errorf("identity: unexpected argument %q", f.Arg(0))
	}
	return c, c.check()
}

// check refuses at the start what would only show in the log: no event is ever delivered to a URL that is none.
func (c Config) check() error {
	if c.variant != "plain" && c.variant != "hot" {
		return fmt.Errorf("identity: -variant %q: want plain or hot", c.variant)
	}
	if u, err := url.Parse(c.events); c.events != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return fmt.Errorf("identity: -events %q: want an http or https URL", c.events)
	}
	if c.data == "" {
		return errors.New("identity: no home directory to keep the data in: say -data DIR")
	}
	if c.session <= 0 {
		return fmt.Errorf("identity: -session %v: want more than 0", c.session)
	}
	return nil
}

// defaultData is where the system keeps what no cleaner deletes, the same whatever directory the program is started in.
// It is empty where the user has no such place, and -data has to be given.
func defaultData() string {
	base, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(base, "hotpath-identity")
}

func main() {
	config, err := parseFlags(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(config)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(config Config) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	program, err := Start(config)
	if err != nil {
		return err
	}
	fmt.Println("listening on", program.Addr())
	select {
	case <-ctx.Done():
	case err := <-program.failed:
		return errors.Join(err, program.Stop())
	}
	stop() // from here on a second signal ends the process at once
	return program.Stop()
}

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
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
	f.SetOutput(io.Discard) // main says what is wrong, and once
	f.StringVar(&c.variant, "variant", "hot", "`plain` or hot")
	f.StringVar(&c.addr, "addr", "127.0.0.1:8080", "address to serve; port 0 chooses one")
	f.StringVar(&c.data, "data", defaultData(), "directory of the database")
	f.StringVar(&c.static, "static", "", "directory of the static files (default: built in)")
	f.StringVar(&c.events, "events", "", "URL that audit events are POSTed to (default: a sink in this process)")
	f.StringVar(&c.logFile, "log", "", "file for request lines (default: stderr)")
	f.DurationVar(&c.drain, "drain", 2*time.Second, "how long to refuse keep-alive before stopping")
	f.DurationVar(&c.session, "session", 24*time.Hour, "how long a session lives")
	f.BoolVar(&c.debug, "debug", false, "serve GET /debug/stats")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		f.SetOutput(os.Stderr)
		f.Usage()
		return c, err
	case err != nil:
		return c, fmt.Errorf("identity: %w; -h lists the flags", err)
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
	if c.drain < 0 {
		return fmt.Errorf("identity: -drain %v: want 0 or more", c.drain)
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

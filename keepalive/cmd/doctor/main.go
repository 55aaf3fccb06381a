// Doctor says which settings of this machine do not fit the connections that
// are expected, why, and what would change them. It changes nothing.
//
//	go run ./keepalive/cmd/doctor -connections 50000 -rate 2000
//	doctor -client -rate 500             # connections dialed from here to one address
//	doctor -port 8080                    # with the live sockets of a server
//	doctor -pid 1234 -json               # a process's limits and sockets, for a program
//
// It exits with 0 if nothing is a problem, 1 if something is (with -strict: a
// warning too), and 2 if it was called wrongly.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/hotpath-go/hotpath/keepalive"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	var d keepalive.Doctor
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&d.Connections, "connections", 10_000, "how many will be open at once")
	flags.IntVar(&d.Rate, "rate", 100, "how many will be opened each second")
	flags.BoolVar(&d.Client, "client", false, "they are dialed from here, to one address")
	flags.IntVar(&d.Port, "port", 0, "look at the live sockets of this local port (with -client: remote port)")
	flags.IntVar(&d.PID, "pid", 0, "check this process's limits and live sockets")
	asJSON := flags.Bool("json", false, "print JSON")
	strict := flags.Bool("strict", false, "exit with 1 for a warning too")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() > 0 || d.Connections < 0 || d.Rate < 0 || d.PID < 0 || d.Port < 0 || d.Port > 65535 {
		fmt.Fprintln(stderr, "doctor: only flags, no number below 0, and no port above 65535")
		return 2
	}
	if d.PID > 0 && !alive(d.PID) {
		fmt.Fprintln(stderr, "doctor: no process has the number", d.PID)
		return 2
	}
	report := d.Check()
	if err := show(stdout, report, *asJSON); err != nil {
		fmt.Fprintln(stderr, "doctor:", err)
		return 2
	}
	if report.Has(keepalive.Problem) || *strict && report.Has(keepalive.Warning) {
		return 1
	}
	return 0
}

// alive is true too where the system does not say.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && !errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

func show(w io.Writer, r keepalive.Report, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprint(w, r)
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

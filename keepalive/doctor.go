package keepalive

import (
	"errors"
	"io/fs"
	"os"
	"slices"
)

// Doctor is a plain value, safe to copy; Check may be called concurrently. It
// reads this machine's settings and says which of them do not fit the
// connections that are expected, why, and what to do. It changes nothing.
//
// It reads /proc and /sys (nothing but its own limits needs rights), and, when
// Port or PID is set, the live sockets through the kernel's sock_diag(7). It
// needs Linux to have something to read.
type Doctor struct {
	// Connections is how many will be open at once. Zero means 10,000.
	Connections int

	// Rate is how many will be opened each second. Zero means 100.
	Rate int

	// Client says that they are opened from here, to one address and port. Zero
	// means that they are accepted here.
	Client bool

	// Port selects the live sockets to look at: those with this local port, or
	// for a Client this remote one. Zero means none unless PID is set.
	Port int

	// PID is the process whose limits are checked, and whose live sockets if no
	// Port is given. Zero means this process, and no live sockets.
	PID int

	// Root is where proc and sys are found; tests put a fabricated machine
	// here, which has no live sockets. Zero means the machine itself.
	Root fs.FS
}

// Check examines this machine for a server with what [Doctor] assumes.
func Check() Report { return Doctor{}.Check() }

// Check examines the machine. It panics if a number is negative, or no port.
func (d Doctor) Check() Report {
	if err := checkOptions(
		option{"Doctor.Connections", d.Connections, d.Connections < 0, "use zero for 10,000"},
		option{"Doctor.Rate", d.Rate, d.Rate < 0, "use zero for 100"},
		option{"Doctor.Port", d.Port, d.Port < 0 || d.Port > 65535, "give 1 to 65535, or zero for none"},
		option{"Doctor.PID", d.PID, d.PID < 0, "use zero for this process"},
	); err != nil {
		panic(err.Error())
	}
	d.Connections = orInt(d.Connections, 10_000)
	d.Rate = orInt(d.Rate, 100)
	m := &machine{Doctor: d, root: d.Root}
	var r Report
	if m.root == nil {
		m.root = os.DirFS("/")
	}
	if (d.Port > 0 || d.PID > 0) && d.Root == nil {
		if m.sockets, m.socketsErr = liveSockets(d); m.socketsErr == nil {
			r.Sockets = summarize(m.sockets)
		}
	}
	for _, rule := range rules {
		r.add(rule, m)
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return int(b.Level) - int(a.Level) })
	return r
}

func (r *Report) add(rule rule, m *machine) {
	f, err := rule.check(m)
	switch {
	case errors.Is(err, errNotAsked):
	case err != nil:
		r.Unchecked = append(r.Unchecked, Unchecked{rule.name, err.Error()})
	case f == nil:
		r.Fine = append(r.Fine, rule.name)
	default:
		f.Rule, f.Source = rule.name, rule.source
		r.Findings = append(r.Findings, *f)
	}
}

func orInt(n, zero int) int {
	if n == 0 {
		return zero
	}
	return n
}

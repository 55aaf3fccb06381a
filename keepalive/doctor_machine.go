package keepalive

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// machine is what the rules look at. It belongs to one Check.
type machine struct {
	Doctor
	root       fs.FS
	sockets    []socket
	socketsErr error
}

// errNotAsked is a rule that has nothing to say to this Doctor.
var errNotAsked = errors.New("not asked for")

func (m *machine) read(name string) (string, error) {
	b, err := fs.ReadFile(m.root, name)
	return strings.TrimSpace(string(b)), err
}

// pid is the process as it stands in proc's paths.
func (m *machine) pid() string {
	if m.PID == 0 {
		return "self"
	}
	return strconv.Itoa(m.PID)
}

// sysctl reads the numbers of one setting, named as sysctl(8) names it.
func (m *machine) sysctl(name string, want int) ([]int, error) {
	s, err := m.read("proc/sys/" + strings.ReplaceAll(name, ".", "/"))
	if err != nil {
		return nil, err
	}
	v, err := numbers(s)
	if err != nil || len(v) < want {
		return nil, fmt.Errorf("sysctl %s reads %q: %w", name, s, errors.Join(err, errShort))
	}
	return v, nil
}

func (m *machine) one(name string) (int, error) {
	v, err := m.sysctl(name, 1)
	if err != nil {
		return 0, err
	}
	return v[0], nil
}

var errShort = errors.New("not the numbers expected")

// numbers parses a sysctl's value. One beyond int's range is its end.
func numbers(s string) ([]int, error) {
	var all []int
	for f := range strings.FieldsSeq(s) {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, err
		}
		all = append(all, int(max(math.MinInt, min(n, math.MaxInt))))
	}
	return all, nil
}

// openFiles finds the soft limit in the text of /proc/PID/limits.
func openFiles(limits string) (int, error) {
	for line := range strings.Lines(limits) {
		rest, ok := strings.CutPrefix(line, "Max open files")
		if !ok {
			continue
		}
		f := strings.Fields(rest)
		if len(f) == 0 {
			break
		}
		if f[0] == "unlimited" {
			return math.MaxInt, nil
		}
		n, err := strconv.ParseUint(f[0], 10, 63)
		return int(min(n, math.MaxInt)), err
	}
	return 0, errors.New("no soft limit of open files in it")
}

// counters parses the pairs of lines of /proc/net/netstat: names, then values.
func counters(netstat string) map[string]int {
	all := make(map[string]int)
	lines := strings.Split(netstat, "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		names, values := strings.Fields(lines[i]), strings.Fields(lines[i+1])
		for j := 1; j < len(names) && j < len(values); j++ {
			if n, err := strconv.Atoi(values[j]); err == nil {
				all[names[j]] = n
			}
		}
	}
	return all
}

// cgroup reads a file of the process's control group, or of the nearest parent
// that has it: the root has no limits, and a namespaced mount shows its own part
// of the path only. Under version 1 each controller has a hierarchy, and for
// memory's limit a name, of its own.
func (m *machine) cgroup(controller, file, v1 string) (string, error) {
	s, err := m.read("proc/" + m.pid() + "/cgroup")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(s) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) < 3 {
			continue
		}
		top, name := "sys/fs/cgroup", file
		if part[1] != "" {
			if !slices.Contains(strings.Split(part[1], ","), controller) {
				continue
			}
			top, name = top+"/"+part[1], v1
		}
		for dir := path.Join(top, path.Clean("/"+part[2])); strings.HasPrefix(dir, top); dir = path.Dir(dir) {
			if v, err := m.read(dir + "/" + name); err == nil {
				return v, nil
			}
		}
	}
	return "", fmt.Errorf("no %s for it in its control groups: %w", file, errNotAsked)
}

// field finds the number after a name in lines of "name value".
func field(s, name string) (int, bool) {
	for line := range bytes.Lines([]byte(s)) {
		if f := strings.Fields(string(line)); len(f) >= 2 && f[0] == name {
			n, err := strconv.Atoi(f[1])
			return n, err == nil
		}
	}
	return 0, false
}

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// cell is one library at one operation on one document, in a process of its own:
// each slice starts with the same heap, which holds the document, a value and what
// the library keeps, and the slice pays for its own garbage and for no other's.
type cell struct {
	row     Row
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *json.Decoder
}

func startCell(name string, slice time.Duration) (*cell, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &cell{cmd: exec.Command(self, "-cell", name, "-slice", slice.String())}
	c.cmd.Stderr = os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.answers = json.NewDecoder(out)
	if err := c.answers.Decode(&c.row); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

// measure asks for one slice.
func (c *cell) measure() error {
	if _, err := io.WriteString(c.in, "\n"); err != nil {
		return err
	}
	var nanos float64
	err := c.answers.Decode(&nanos)
	c.row.Nanos = append(c.row.Nanos, nanos)
	return err
}

// close ends the process, which reads its input until that ends.
func (c *cell) close() {
	_ = c.in.Close()
	_ = c.cmd.Wait()
}

// serveCell is the process of a cell: it answers with its row, and then each line
// of its input with the nanoseconds of one operation.
func serveCell(name string, slice time.Duration) error {
	op, rest, _ := strings.Cut(name, "/")
	docName, peerName, _ := strings.Cut(rest, "/")
	i := slices.IndexFunc(peers, func(p peer) bool { return p.name == peerName })
	if i < 0 {
		return fmt.Errorf("no library %q", peerName)
	}
	d, err := load(docName)
	if err != nil {
		return err
	}
	work, err := peers[i].work(op, d)
	if err != nil {
		return err
	}
	n, err := calibrate(work, slice)
	if err != nil {
		return err
	}
	row := Row{Op: op, Doc: docName, Peer: peerName, Valid: peers[i].valid, Bytes: len(d.data)}
	row.Allocs, row.AllocBytes = allocations(work)
	n = enough(n, row.AllocBytes)
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(row); err != nil {
		return err
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		nanos, err := measure(work, n)
		if err != nil {
			return err
		}
		if err := out.Encode(nanos); err != nil {
			return err
		}
	}
	return nil
}

// measure returns the nanoseconds of one of n operations. The collector runs
// before, outside the time, and as it likes within.
func measure(work func() error, n int) (float64, error) {
	runtime.GC()
	start := time.Now()
	for range n {
		if err := work(); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start).Nanoseconds()) / float64(n), nil
}

// work is one operation of one library.
func (p *peer) work(op string, d document) (func() error, error) {
	v := d.make[p.types]()
	if err := p.unmarshal(d.data, v); err != nil {
		return nil, err
	}
	switch op {
	case "append":
		buf := make([]byte, 0, 2*len(d.data))
		return func() error { _, err := p.appendTo(buf, v); return err }, nil
	case "marshal":
		return func() error { _, err := p.marshal(v); return err }, nil
	case "unmarshal":
		return func() error { return p.unmarshal(d.data, d.make[p.types]()) }, nil
	case "reuse":
		return func() error { return p.unmarshal(d.data, v) }, nil
	}
	return nil, fmt.Errorf("no operation %q", op)
}

// calibrate finds how often work fits a slice of time, and warms it up.
func calibrate(work func() error, slice time.Duration) (int, error) {
	for n := 1; ; n *= 2 {
		start := time.Now()
		for range n {
			if err := work(); err != nil {
				return 0, err
			}
		}
		if took := time.Since(start); took > slice/2 {
			return max(1, int(float64(n)*float64(slice)/float64(took))), nil
		}
	}
}

// garbage is what a slice makes if it makes any: the collector runs when there are
// 4 MiB at least, and whether it runs in a slice must not be luck.
const garbage = 12 << 20

// enough makes n larger, up to fourfold, until n operations make enough garbage.
func enough(n int, bytes float64) int {
	if bytes < 1 {
		return n
	}
	return max(n, min(4*n, int(garbage/bytes)))
}

func allocations(work func() error) (count, bytes float64) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	const n = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		_ = work()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / n, float64(after.TotalAlloc-before.TotalAlloc) / n
}

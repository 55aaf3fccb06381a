// Command build measures what generated code costs before it runs: the size of its
// source, the machine code of the package, and the time to compile it, by turns with
// easyjson's for the same types. It prints one line of JSON for each, for ../report.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const module = "github.com/hotpath-go/hotpath/codec/bench/"

// row is a package with the file that was generated for it.
type row struct {
	Op, Doc, Peer       string
	Source, Lines, Code int
	// Nanos has one compilation for each round.
	Nanos []float64

	pkg, file string
}

func main() {
	rounds := flag.Int("rounds", 9, "rounds")
	flag.Parse()
	if err := run(*rounds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(rounds int) error {
	rows := []*row{
		{Peer: "codec", pkg: "ours", file: "ours/types_codec.go"},
		{Peer: "easyjson", pkg: "easy", file: "easy/types_easyjson.go"},
	}
	for i := range rounds + 1 {
		for _, r := range rows {
			took, err := compile(r.pkg, i)
			if err != nil {
				return err
			}
			if i > 0 { // the first one compiles the dependencies
				r.Nanos = append(r.Nanos, float64(took))
			}
		}
	}
	out := json.NewEncoder(os.Stdout)
	command := strings.Join(append([]string{"build"}, os.Args[1:]...), " ")
	if err := out.Encode(map[string]any{"Go": runtime.Version(), "Machine": fmt.Sprintf("%d cores", runtime.NumCPU()), "Command": command, "Rounds": rounds}); err != nil {
		return err
	}
	for _, r := range rows {
		source, err := os.ReadFile(r.file)
		if err != nil {
			return err
		}
		r.Op, r.Doc, r.Source, r.Lines = "build", "all types", len(source), bytes.Count(source, []byte("\n"))
		if r.Code, err = code(r.pkg); err != nil {
			return err
		}
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// compile builds one package anew: a flag that does nothing (-D is the path of
// local imports, of which there are none), with a value never used before, makes
// the cache miss for it alone.
func compile(pkg string, round int) (time.Duration, error) {
	flags := fmt.Sprintf("-gcflags=%s%s=-D=%d-%d", module, pkg, time.Now().UnixNano(), round)
	start := time.Now()
	out, err := exec.Command("go", "build", "-p", "1", flags, "./"+pkg).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%w\n%s", err, out)
	}
	return time.Since(start), nil
}

// code returns the bytes of a package's functions.
func code(pkg string) (n int, err error) {
	archive, err := exec.Command("go", "list", "-export", "-f", "{{.Export}}", "./"+pkg).Output()
	if err != nil {
		return 0, err
	}
	symbols, err := exec.Command("go", "tool", "nm", "-size", strings.TrimSpace(string(archive))).Output()
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(symbols)) {
		// The address of an undefined symbol is missing, and so is its size's use.
		if f := strings.Fields(line); len(f) >= 4 && f[2] == "T" {
			size, err := strconv.Atoi(f[1])
			if err != nil {
				return 0, err
			}
			n += size
		}
	}
	return n, nil
}

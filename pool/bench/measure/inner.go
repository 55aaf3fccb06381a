package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

const module = "github.com/hotpath-go/hotpath/pool"

// inner is the test binary of package pool, for what only its own tests see.
type inner string

func buildInner() (inner, error) {
	dir, err := os.MkdirTemp("", "pool")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "pool.test")
	_, err = run("go", "test", "-c", "-o", file, module)
	return inner(file), err
}

func (i inner) remove() { _ = os.RemoveAll(filepath.Dir(string(i))) }

var result = regexp.MustCompile(`(?m)^BenchmarkCounting/(\w+)\S*\s+\d+\s+([0-9.]+) ns/op`)

// counting emits what a Get and Put cost with and without counting, the lowest
// of three each.
func (i inner) counting() error {
	lowest := map[string]float64{}
	for range times {
		out, err := run(string(i), "-test.run", "^$", "-test.bench", "BenchmarkCounting", "-test.benchtime", "30ms")
		if err != nil {
			return err
		}
		for _, m := range result.FindAllStringSubmatch(out, -1) {
			ns, _ := strconv.ParseFloat(m[2], 64)
			if was := lowest[m[1]]; was == 0 || ns < was {
				lowest[m[1]] = ns
			}
		}
	}
	emit("counting", "with", "ns/op", lowest["with"])
	emit("counting", "without", "ns/op", lowest["without"])
	return nil
}

var caught = regexp.MustCompile(`(\d+) of (\d+) misuses caught`)

// corpus emits how many of the misuses in package pool's tests a pooldebug
// build catches.
func corpus() error {
	out, err := run("go", "test", "-tags", "pooldebug", "-count=1", "-v", "-run", "TestUseAfterPutCorpus", module)
	if m := caught.FindStringSubmatch(out); m != nil {
		n, _ := strconv.ParseFloat(m[1], 64)
		all, _ := strconv.ParseFloat(m[2], 64)
		emit("use after put", "under pooldebug", "misuses", all)
		emit("use after put", "under pooldebug", "not caught", all-n)
	}
	return err
}

func run(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return string(out), err
}

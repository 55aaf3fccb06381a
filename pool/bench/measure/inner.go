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

var result = regexp.MustCompile(`([0-9.]+) (added|without)-ns`)

// round runs round i of this command, with the same flags, in a program of its own.
func (i inner) round(n int) error {
	file := filepath.Join(filepath.Dir(string(i)), "measure")
	layout := fmt.Sprintf("-ldflags=-randlayout=%d", n+1) // 0 is the usual order
	if _, err := run("go", "build", layout, "-o", file, module+"/bench/measure"); err != nil {
		return err
	}
	c := exec.Command(file, append(os.Args[1:], fmt.Sprintf("-round=%d", n))...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}

// counting emits what a Get and Put cost with and without counting.
func (i inner) counting() error {
	out, err := run(string(i), "-test.run", "^$", "-test.bench", "BenchmarkCounting", "-test.benchtime", "500x")
	if err != nil {
		return err
	}
	ns := map[string]float64{}
	for _, m := range result.FindAllStringSubmatch(out, -1) {
		ns[m[2]], _ = strconv.ParseFloat(m[1], 64)
	}
	emit("counting", "with", "ns/op", ns["without"]+ns["added"])
	emit("counting", "without", "ns/op", ns["without"])
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

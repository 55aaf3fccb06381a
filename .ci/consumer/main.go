// Consumer packs the published modules as the module proxy would serve them and uses each one from
// outside: a fresh module gets it, runs its examples and looks at what came along; and each example
// folder, copied alone into an empty module, must tidy and build.
//
//	GOWORK=off go -C .ci/consumer run . -root "$PWD"
//
// It catches what a workspace hides: a missing require, a file outside the module, a sibling
// pulled in, a dependency that a user would pay for without importing it.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const prefix = "github.com/hotpath-go/hotpath/"

// version is what every packed module is published as.
const version = "v0.1.0"

func main() {
	root := flag.String("root", ".", "top of the clone")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "consumer:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	tmp, err := os.MkdirTemp("", "consumer")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	mods, err := published(root)
	if err != nil {
		return err
	}
	tree := filepath.Join(tmp, "proxy")
	for _, m := range mods {
		if err := pack(root, tree, m); err != nil {
			return fmt.Errorf("pack %s: %w", m.path, err)
		}
	}
	sh, err := newShell(tmp, tree, mods)
	if err != nil {
		return err
	}
	for _, m := range mods {
		if err := useModule(sh, root, m); err != nil {
			return fmt.Errorf("use %s: %w", m.path, err)
		}
	}
	return copyExamples(sh, root)
}

// A shell runs the go command the way a user without our clone would: no workspace, the packed
// tree first in the proxy list, a module cache of its own for our modules' sake.
type shell struct {
	tmp  string
	env  []string
	mods []mod
}

func newShell(tmp, tree string, mods []mod) (*shell, error) {
	out, err := exec.Command("go", "env", "GOPROXY", "GOMODCACHE").Output()
	if err != nil {
		return nil, err
	}
	vals := strings.Split(strings.TrimSpace(string(out)), "\n")
	proxy := strings.TrimSuffix(vals[0], ",direct")
	// The machine's own cache serves third-party modules without the network; ours must come from
	// the tree each time, so they never enter that cache.
	cached := "file://" + filepath.Join(vals[1], "cache", "download")
	return &shell{tmp: tmp, mods: mods, env: append(os.Environ(),
		"GOWORK=off", "GOFLAGS=-mod=mod -modcacherw", "GONOSUMDB="+prefix+"*",
		"GOMODCACHE="+filepath.Join(tmp, "modcache"),
		"GOPROXY=file://"+tree+","+cached+","+proxy,
	)}, nil
}

// settle is called when the go command has found all that the module in dir requires. From there on it
// compiles other people's packages in the machine's own module cache, where the build cache knows
// them, and ours still in the form they were downloaded in.
func (s *shell) settle(dir string) error {
	args := []string{"go", "mod", "edit"}
	for _, m := range s.mods {
		args = append(args, "-replace="+m.path+"="+filepath.Join(s.tmp, "modcache", m.path+"@"+version))
	}
	_, err := s.run(dir, args...)
	return err
}

// build is run with the machine's own module cache.
func (s *shell) build(dir string, args ...string) (string, error) {
	own := *s
	own.env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	return own.run(dir, args...)
}

func (s *shell) dir(name string) (string, error) {
	d := filepath.Join(s.tmp, "use", name)
	return d, os.MkdirAll(d, 0o777)
}

func (s *shell) run(dir string, args ...string) (string, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, s.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

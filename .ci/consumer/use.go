package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// runtimeDeps are the packages from outside that a module may bring into a user's binary.
var runtimeDeps = []string{"golang.org/x/sys/", "github.com/cespare/xxhash/v2"}

// nestedDeps are what a nested module may bring beyond that: the heavy thing it exists for, and
// the module it is nested in.
var nestedDeps = map[string][]string{
	"codec/easyjson":      {prefix + "codec", "github.com/mailru/easyjson", "github.com/josharian/intern"},
	"middleware/prom":     {prefix + "middleware", "github.com/prometheus/", "github.com/beorn7/perks", "github.com/munnerz/goautoneg", "google.golang.org/protobuf"},
	"pool/grpcpool":       {prefix + "pool", "google.golang.org/grpc", "google.golang.org/protobuf"},
	"zerocopy/zcfasthttp": {prefix + "zerocopy", "github.com/valyala/", "github.com/klauspost/compress", "github.com/molecule-man/go-brrr"},
}

// useModule gets one module into a fresh one, runs its examples there, and checks what came along.
func useModule(sh *shell, root string, m mod) error {
	dir, err := sh.dir(strings.ReplaceAll(m.name(), "/", "-"))
	if err != nil {
		return err
	}
	if _, err := sh.run(dir, "go", "mod", "init", "consumer.test/"+m.name()); err != nil {
		return err
	}
	if _, err := sh.run(dir, "go", "get", m.path+"@"+version); err != nil {
		return err
	}
	if err := checkDeps(sh, dir, m); err != nil {
		return err
	}
	n, err := copyExampleTests(filepath.Join(root, m.dir), dir)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("no example_test.go: nothing to use it with")
	}
	if err := sh.settle(dir); err != nil {
		return err
	}
	out, err := sh.build(dir, "go", "test", "-vet=off", "-v", "./...")
	if err != nil {
		return err
	}
	ran := strings.Count(out, "--- PASS: Example")
	if ran == 0 {
		return fmt.Errorf("no example ran:\n%s", out)
	}
	fmt.Printf("%-24s got, %d examples pass outside\n", m.name(), ran)
	return nil
}

// checkDeps lists all packages that importing every public package of m brings into a build.
func checkDeps(sh *shell, dir string, m mod) error {
	out, err := sh.run(dir, "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", m.path+"/...")
	if err != nil {
		return err
	}
	seen := 0
	for _, p := range strings.Fields(out) {
		if p == m.path || strings.HasPrefix(p, m.path+"/") {
			seen++
			continue
		}
		if !allowed(m, p) {
			return fmt.Errorf("brings %s into a user's build", p)
		}
	}
	if seen == 0 {
		return fmt.Errorf("go list names no package of it:\n%s", out)
	}
	return nil
}

func allowed(m mod, pkg string) bool {
	for _, a := range append(nestedDeps[m.name()], runtimeDeps...) {
		if strings.HasPrefix(pkg, a) {
			return true
		}
	}
	return false
}

// copyExampleTests copies the example_test.go of every public package, each into a folder of its own.
func copyExampleTests(from, to string) (n int, err error) {
	err = filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != from && (d.Name() == "internal" || d.Name() == "testdata" || exists(filepath.Join(p, "go.mod"))) {
				return filepath.SkipDir
			}
			return nil
		}
		if d.Name() != "example_test.go" {
			return nil
		}
		n++
		return copyFile(p, filepath.Join(to, fmt.Sprintf("use%d", n), d.Name()))
	})
	return n, err
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o666)
}

// Crossvet runs go vet's analyzers over packages for other systems, straight from their source.
//
// go vet would first compile every dependency for every target, the standard library included: six
// minutes on two cores with a cold cache, for code that is thrown away. Here the dependencies are
// parsed and their declarations type-checked; only the packages named are looked into.
//
//	crossvet -root DIR GOOS/GOARCH... -- PACKAGE...
package main

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

func main() {
	root := flag.String("root", ".", "the workspace: what lies under it is vetted in full")
	flag.Parse()
	cut := slices.Index(flag.Args(), "--")
	if cut < 1 {
		fmt.Fprintln(os.Stderr, "usage: crossvet -root DIR GOOS/GOARCH... -- PACKAGE...")
		os.Exit(2)
	}
	targets, patterns := flag.Args()[:cut], flag.Args()[cut+1:]
	failed := false
	for _, target := range targets {
		start := time.Now()
		n, err := vet(*root, target, patterns)
		if err != nil {
			fmt.Fprintf(os.Stderr, "crossvet %s: %v\n", target, err)
			failed = true
			continue
		}
		fmt.Printf("vet %-14s %3d packages in %.1f s\n", target, n, time.Since(start).Seconds())
	}
	if failed {
		os.Exit(1)
	}
}

// vet prints what it finds for one target and fails if it found anything.
func vet(root, target string, patterns []string) (int, error) {
	pkgs, err := load(root, target, patterns)
	if err != nil {
		return 0, err
	}
	var found []string
	for _, p := range pkgs {
		for _, e := range p.Errors {
			found = append(found, e.Error())
		}
	}
	if len(found) == 0 {
		found, err = analyze(pkgs)
	}
	// A package and its copy for the tests say the same twice.
	slices.Sort(found)
	for _, line := range slices.Compact(found) {
		fmt.Fprintln(os.Stderr, line)
	}
	if err == nil && len(found) > 0 {
		err = errors.New("see above")
	}
	return len(pkgs), err
}

// analyze returns what the analyzers say of pkgs.
func analyze(pkgs []*packages.Package) (found []string, err error) {
	graph, err := checker.Analyze(suite, pkgs, nil)
	if err != nil {
		return nil, err
	}
	for _, act := range graph.Roots {
		if act.Err != nil {
			return found, fmt.Errorf("%s: %s: %w", act.Package.ID, act.Analyzer.Name, act.Err)
		}
		for _, d := range act.Diagnostics {
			found = append(found, fmt.Sprintf("%s: %s: %s", act.Package.Fset.Position(d.Pos), act.Analyzer.Name, d.Message))
		}
	}
	return found, nil
}

// load reads the packages, their tests and all they import, from source.
func load(root, target string, patterns []string) ([]*packages.Package, error) {
	goos, goarch, ok := strings.Cut(target, "/")
	if !ok {
		return nil, fmt.Errorf("want GOOS/GOARCH")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	pkgs, err := packages.Load(&packages.Config{
		Mode:      packages.LoadAllSyntax | packages.NeedModule,
		Tests:     true,
		Dir:       root,
		Env:       append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0", "GOWORK="),
		ParseFile: parseFile(root + string(filepath.Separator)),
	}, patterns...)
	if err != nil {
		return nil, err
	}
	// The main packages that go test writes are nobody's to vet.
	pkgs = slices.DeleteFunc(pkgs, func(p *packages.Package) bool { return strings.HasSuffix(p.ID, ".test") })
	if len(pkgs) == 0 {
		return nil, fmt.Errorf("no packages match %q", patterns)
	}
	// A dependency without its function bodies has imports that nobody uses. That is no reason to
	// leave out what imports it: its declarations are all there.
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		if !slices.Contains(pkgs, p) {
			p.IllTyped = false
		}
	})
	for _, p := range pkgs {
		p.IllTyped = len(p.Errors) > 0
	}
	return pkgs, nil
}

// parseFile drops the function bodies of files outside root.
func parseFile(root string) func(*token.FileSet, string, []byte) (*ast.File, error) {
	return func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
		f, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil || strings.HasPrefix(name, root) {
			return f, err
		}
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				fn.Body = nil
			}
		}
		return f, nil
	}
}

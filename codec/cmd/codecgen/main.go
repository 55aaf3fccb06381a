// Command codecgen writes JSON methods for Go types: AppendJSON and DecodeJSON
// for package codec, MarshalJSON and UnmarshalJSON for everything else.
//
//	//go:generate go run github.com/hotpath-go/hotpath/codec/cmd/codecgen -type User,Session
//
// Usage:
//
//	codecgen [-type A,B] [-output file] [-html=false] [-check] [package]
//
// Without -type it takes the types whose doc comment has a line //codec:json.
// The structs of the same package that these contain get methods too. The
// methods do what encoding/json does with the type; what cannot be done so is
// an error with file and line.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hotpath-go/hotpath/codec/internal/gen"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("codecgen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	names := flags.String("type", "", "comma-separated `names` of the types to generate; none means those marked //codec:json")
	output := flags.String("output", "", "`file` name to write, inside the package; none means <file of the first type>_codec.go")
	html := flags.Bool("html", true, "escape & < > in strings as json.Marshal does; false is json.Encoder after SetEscapeHTML(false)")
	check := flags.Bool("check", false, "write nothing, and fail if the file on disk is not what would be written")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() > 1 {
		fmt.Fprintln(stderr, "codecgen: more than one package")
		return 2
	}
	o := gen.Options{Pattern: flags.Arg(0), Output: *output, NoHTML: !*html}
	if *names != "" {
		o.Types = strings.Split(*names, ",")
	}
	res, err := gen.Generate(o)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	for _, n := range res.Notes {
		fmt.Fprintln(stderr, "note:", n)
	}
	if err := finish(res, *check); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	fmt.Fprintln(stdout, res.Path)
	return 0
}

func finish(res *gen.Result, check bool) error {
	old, err := os.ReadFile(res.Path)
	if err == nil && bytes.Equal(old, res.Source) {
		return nil
	}
	if check {
		return fmt.Errorf("codecgen: %s is out of date: run go generate", res.Path)
	}
	return os.WriteFile(res.Path, res.Source, 0o644)
}

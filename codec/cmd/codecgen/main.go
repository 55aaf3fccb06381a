// Command codecgen writes JSON methods for Go types: AppendJSON and DecodeJSON
// for package codec, MarshalJSON and UnmarshalJSON for everything else.
//
//	//go:generate go run github.com/hotpath-go/hotpath/codec/cmd/codecgen -type User,Session
//
// Usage:
//
//	codecgen [-type A,B] [-output file] [-html=false] [-v2] [-jsonv2] [-easyjson] [-from-easyjson] [-check] [package]
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
	v2 := flags.Bool("v2", false, "follow the rules of encoding/json/v2 in place of v1's")
	jsonv2 := flags.Bool("jsonv2", false, "write the methods of encoding/json/v2 too, into a file for builds that have it")
	easyjson := flags.Bool("easyjson", false, "write easyjson's methods too, into a file that needs codec/easyjson")
	fromEasyJSON := flags.Bool("from-easyjson", false, "take the types marked //easyjson:json too, and ignore what easyjson generated")
	check := flags.Bool("check", false, "write nothing, and fail if the file on disk is not what would be written")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() > 1 {
		fmt.Fprintln(stderr, "codecgen: more than one package")
		return 2
	}
	o := gen.Options{Pattern: flags.Arg(0), Output: *output, NoHTML: !*html, V2: *v2, JSONv2: *jsonv2, EasyJSON: *easyjson, FromEasyJSON: *fromEasyJSON}
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
	for _, f := range append([]gen.File{res.File}, res.More...) {
		if err := finish(f, *check); err != nil {
			fmt.Fprintln(stderr, err)
			return 1
		}
		fmt.Fprintln(stdout, f.Path)
	}
	return 0
}

func finish(res gen.File, check bool) error {
	old, err := os.ReadFile(res.Path)
	if err == nil && bytes.Equal(old, res.Source) {
		return nil
	}
	if check {
		return fmt.Errorf("codecgen: %s is out of date: run go generate", res.Path)
	}
	return os.WriteFile(res.Path, res.Source, 0o644)
}

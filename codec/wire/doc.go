// Package wire is the run time of the code that codecgen writes: the Decoder, the
// functions that append each kind of value, and those that maps, lists and type
// parameters need. Programs call package codec, whose Decoder, Appender, Decodable
// and errors are the ones of this package.
//
// It changes with the generator. Its only promise is that a generated file whose
// GeneratedVersionN exists works, and that one whose constant is gone does not
// compile: run go generate again then. AppendJSON and DecodeJSON methods that are
// written by hand may use it on the same terms, and name the constant too.
package wire

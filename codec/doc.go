// Package codec turns Go values into JSON and back without reflection, with the
// meaning encoding/json gives them.
//
// # Generate
//
// Put this line into a file of your package and run go generate:
//
//	//go:generate go run github.com/hotpath-go/hotpath/codec/cmd/codecgen -type User,Session
//
// The command writes AppendJSON, DecodeJSON, MarshalJSON and UnmarshalJSON for
// the named types and for the structs of the package they contain. Because they
// are then a json.Marshaler and json.Unmarshaler, the rest of a program, and
// encoding/json itself, needs no change. What the generator cannot do exactly
// as encoding/json does is an error with file and line.
//
// # Encode and decode
//
// [Append] appends to a buffer of yours and does not allocate; [Marshal] returns
// a new slice. [Decode] and [DecodeString] fill a value, [Options] holds the
// policies: duplicate keys, unknown fields, case, invalid UTF-8, depth. Their
// zero value is encoding/json's behaviour. Decoded strings are copies, unless [Options.NoCopy] is set: the input
// may be reused as soon as Decode returns, and one kept string, or short list of
// numbers, keeps at most four KiB of its neighbours alive.
//
// A [Stream] reads the elements of an array, or values that follow each other,
// with memory for one of them.
//
// # Serve
//
// [Read] decodes a request body within a limit, [Write] answers with a
// Content-Length in one Write and sends nothing if encoding fails. [Status] maps
// an error of Read to the status to answer with, [ProblemFor] and [WriteProblem]
// to a problem document of RFC 9457.
//
// # Errors
//
// A [*SyntaxError] says where the input stops being JSON. A [*TypeError] and a
// [*ValueError] say which value does not fit, by offset and by path
// ($.items[3].price), a [*FieldError] which key a policy refused.
//
// # Where it differs from encoding/json
//
//   - A syntax error may leave the target partly filled: the input is read once. After an
//     error of a type's own method, the map or array that it happened in may hold the
//     element, or have lost its rest.
//   - Error texts and types are our own.
//   - A value that contains itself is an error at 10,000 levels.
//   - Methods with pointer receivers are used as in json.Marshal(&v).
//
// # Generated code
//
// What generated code calls is package wire, which is no part of a program's API and
// changes with the generator. AppendJSON and DecodeJSON may be written by hand with
// it, too.
package codec

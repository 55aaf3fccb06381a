// Package easyjson joins package codec and github.com/mailru/easyjson, so that
// a code base can move from one to the other type by type.
//
// # easyjson's types in codec
//
// [Of] and [Into] make a type that easyjson generated usable with codec.Append,
// codec.Decode, codec.Read and codec.Write, unchanged. Its JSON stays
// easyjson's: maps are not sorted, keys match exactly.
//
// # codec's types in easyjson
//
// codecgen -easyjson gives a type the methods MarshalEasyJSON and
// UnmarshalEasyJSON, by [Write] and [Read], so that types of easyjson may
// contain it. codecgen -from-easyjson takes the types marked //easyjson:json,
// in a package whose files of easyjson are still there; delete those after it.
package easyjson

package wire

// Appender is implemented by values that know their own JSON. Generated methods only
// read the receiver, so that one value is safe for concurrent use by them. AppendJSON
// appends one complete JSON value to dst and returns the extended slice; a nil
// pointer receiver appends null.
type Appender interface {
	AppendJSON(dst []byte) ([]byte, error)
}

// DepthAppender is what generated types have besides Appender when a value of
// them may contain itself. It is as safe for concurrent use as an Appender. The depth
// reached so far travels with the call.
type DepthAppender interface {
	AppendJSONDepth(dst []byte, depth int) ([]byte, error)
}

// MaxAppendDepth bounds how deep a value that can contain itself may nest when
// it is encoded. encoding/json finds cycles by remembering pointers; we count,
// and the bound is the depth at which a default decoder would refuse the result.
const MaxAppendDepth = DefaultMaxDepth

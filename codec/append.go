package codec

// Appender is implemented by values that know their own JSON. An
// implementation appends one complete JSON value to dst and returns the
// extended slice; a nil pointer receiver appends null. Generated methods only
// read the receiver, so one value may be appended by many goroutines at once.
type Appender interface {
	AppendJSON(dst []byte) ([]byte, error)
}

// Append appends v's JSON to dst. Bytes behind the result stay what they are, if
// v's own methods keep to that. If v cannot be encoded, dst comes back with its
// old length, so that half a value never leaves the caller's buffer.
func Append(dst []byte, v Appender) ([]byte, error) {
	n := len(dst)
	dst, err := v.AppendJSON(dst)
	if err != nil {
		return dst[:min(n, len(dst))], err
	}
	return dst, nil
}

// MaxAppendDepth bounds how deep a value that can contain itself may nest when
// it is encoded. encoding/json finds cycles by remembering pointers; we count,
// and the bound is the depth at which a default decoder would refuse the result.
const MaxAppendDepth = 10000

// DepthAppender is what generated types have besides Appender when a value of
// them may contain itself: the depth reached so far travels with the call.
type DepthAppender interface {
	AppendJSONDepth(dst []byte, depth int) ([]byte, error)
}

package accesslog

// A Format is a value. It is how a line looks.
type Format int

// The formats. In both, nothing that a client sends ends a line or a field.
const (
	// JSON is one object a line.
	JSON Format = iota
	// Logfmt is key=value pairs; values are quoted as in JSON where they need it.
	Logfmt
)

// layout is a format's text around the values.
type layout struct {
	time, afterTime, method, path, status, bytes, duration, firstByte, requestID, remoteAddr, userAgent key
	hijacked, aborted, sample, end                                                                      key
}

var layouts = [...]layout{
	JSON: {
		time: text(`{"time":"`), afterTime: text(`Z"`), method: text(`,"method":`), path: text(`,"path":`), status: text(`,"status":`),
		bytes: text(`,"bytes":`), duration: text(`,"duration_ms":`), firstByte: text(`,"first_byte_ms":`), requestID: text(`,"request_id":`),
		remoteAddr: text(`,"remote_addr":`), userAgent: text(`,"user_agent":`), hijacked: text(`,"hijacked":true`),
		aborted: text(`,"aborted":true`), sample: text(`,"sample":`), end: text("}\n"),
	},
	Logfmt: {
		time: text(`time=`), afterTime: text(`Z`), method: text(` method=`), path: text(` path=`), status: text(` status=`),
		bytes: text(` bytes=`), duration: text(` duration_ms=`), firstByte: text(` first_byte_ms=`), requestID: text(` request_id=`),
		remoteAddr: text(` remote_addr=`), userAgent: text(` user_agent=`), hijacked: text(` hijacked=true`),
		aborted: text(` aborted=true`), sample: text(` sample=`), end: text("\n"),
	},
}

// key is a short text that is copied as a whole, which is a few stores where a copy by length is a call.
type key struct {
	text [24]byte
	size int
}

func text(s string) (k key) {
	k.size = copy(k.text[:], s)
	return k
}

// append needs room for a whole text behind b.
func (k *key) append(b []byte) []byte {
	n := len(b)
	*(*[len(k.text)]byte)(b[n : n+len(k.text)]) = k.text
	return b[:n+k.size]
}

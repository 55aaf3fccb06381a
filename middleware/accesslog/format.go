package accesslog

import "github.com/hotpath-go/hotpath/middleware/internal/quote"

// Format is how a line looks.
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
	time, method, path, status, bytes, duration, firstByte, requestID, remoteAddr, userAgent, hijacked, aborted, sample, end string
	afterTime                                                                                                                string
	value                                                                                                                    func(b []byte, s string) []byte
}

var layouts = [...]layout{
	JSON: {
		time: `{"time":"`, afterTime: `Z"`, method: `,"method":`, path: `,"path":`, status: `,"status":`, bytes: `,"bytes":`,
		duration: `,"duration_ms":`, firstByte: `,"first_byte_ms":`, requestID: `,"request_id":`, remoteAddr: `,"remote_addr":`,
		userAgent: `,"user_agent":`, hijacked: `,"hijacked":true`, aborted: `,"aborted":true`, sample: `,"sample":`, end: "}\n",
		value: quote.Append,
	},
	Logfmt: {
		time: `time=`, afterTime: `Z`, method: ` method=`, path: ` path=`, status: ` status=`, bytes: ` bytes=`,
		duration: ` duration_ms=`, firstByte: ` first_byte_ms=`, requestID: ` request_id=`, remoteAddr: ` remote_addr=`,
		userAgent: ` user_agent=`, hijacked: ` hijacked=true`, aborted: ` aborted=true`, sample: ` sample=`, end: "\n",
		value: quote.AppendWord,
	},
}

package codec

import (
	"net/http"

	"github.com/hotpath-go/hotpath/codec/wire"
)

// Problem is an error answer of RFC 9457. It is a plain value, copy freely. Members
// that are empty are left out.
type Problem struct {
	// Type is a URI that names the kind of problem. Zero means "about:blank".
	Type string
	// Title says what the kind of problem is. Zero means the status text, when written.
	Title string
	// Status is the HTTP status. Zero means 500, when written.
	Status int
	// Detail explains this occurrence to the client. Zero means none.
	Detail string
	// Instance is a URI of this occurrence. Zero means none.
	Instance string
}

// ProblemFor describes an error of Read to the client that caused it. What is
// not the client's fault keeps its text to itself.
func ProblemFor(err error) Problem {
	p := Problem{Status: Status(err)}
	p.Title = http.StatusText(p.Status)
	if p.Status < http.StatusInternalServerError && err != nil {
		p.Detail = err.Error()
	}
	return p
}

// WriteProblem answers with p as application/problem+json, in place of a
// Content-Type set before.
func WriteProblem(w http.ResponseWriter, p Problem) error {
	if p.Status == 0 {
		p.Status = http.StatusInternalServerError
	}
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	w.Header().Del("Content-Type")
	return write(w, p.Status, &p, "application/problem+json")
}

// AppendJSON implements Appender.
func (p *Problem) AppendJSON(dst []byte) ([]byte, error) {
	if p == nil {
		return append(dst, "null"...), nil
	}
	start := len(dst)
	dst = appendMember(dst, `,"type":`, p.Type)
	dst = appendMember(dst, `,"title":`, p.Title)
	if p.Status != 0 {
		dst = wire.AppendInt(append(dst, `,"status":`...), int64(p.Status))
	}
	dst = appendMember(dst, `,"detail":`, p.Detail)
	dst = appendMember(dst, `,"instance":`, p.Instance)
	if len(dst) == start {
		return append(dst, "{}"...), nil
	}
	dst[start] = '{'
	return append(dst, '}'), nil
}

func appendMember(dst []byte, key, value string) []byte {
	if value == "" {
		return dst
	}
	return wire.AppendString(append(dst, key...), value)
}

var problemFields = []wire.Field{
	{Key: `"type":`, Fold: "TYPE"},
	{Key: `"title":`, Fold: "TITLE"},
	{Key: `"status":`, Fold: "STATUS"},
	{Key: `"detail":`, Fold: "DETAIL"},
	{Key: `"instance":`, Fold: "INSTANCE"},
}

// DecodeJSON implements Decodable. Extension members are skipped.
func (p *Problem) DecodeJSON(d *Decoder) {
	var o wire.Object
	if !d.BeginObject(&o, problemFields) {
		return
	}
	for d.Next(&o) {
		switch o.Index {
		case 0:
			d.String(&p.Type)
		case 1:
			d.String(&p.Title)
		case 2:
			d.Int(&p.Status)
		case 3:
			d.String(&p.Detail)
		case 4:
			d.String(&p.Instance)
		default:
			d.Skip()
		}
	}
}

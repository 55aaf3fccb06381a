package accesslog

import (
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/quote"
)

// entry is what is taken from the request before the handler runs.
type entry struct {
	start                       time.Time
	method, path, remote, agent string
	aborted                     bool
}

// line is scratch for one line; the text is valid until the next build. It is owned by one call at a time.
type line struct {
	text   []byte
	second int64 // of prefix, so that a date is formatted once a second
	prefix []byte
}

func (s *line) build(e *entry, rec *middleware.Record, o *Options) {
	b := s.appendTime(append(s.text[:0], `{"time":"`...), e.start)
	b = appendString(b, `,"method":`, e.method, o.MaxField)
	b = appendString(b, `,"path":`, e.path, o.MaxField)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(status(e, rec)), 10)
	b = strconv.AppendInt(append(b, `,"bytes":`...), rec.Bytes(), 10)
	b = appendMillis(append(b, `,"duration_ms":`...), time.Since(e.start))
	if o.FirstByte {
		b = appendMillis(append(b, `,"first_byte_ms":`...), rec.FirstByte())
	}
	b = appendString(b, `,"request_id":`, rec.RequestID(), o.MaxField)
	b = appendString(b, `,"remote_addr":`, e.remote, o.MaxField)
	b = appendString(b, `,"user_agent":`, e.agent, o.MaxField)
	if rec.Hijacked() {
		b = append(b, `,"hijacked":true`...)
	}
	if e.aborted {
		b = append(b, `,"aborted":true`...)
	}
	s.text = append(b, "}\n"...)
}

// status: a handler that returned without writing gets 200 from the server; one that panicked, or took the connection, does not.
func status(e *entry, rec *middleware.Record) int {
	if s := rec.Status(); s != 0 || rec.Hijacked() || e.aborted {
		return s
	}
	return http.StatusOK
}

func appendString(b []byte, key, s string, limit int) []byte {
	return quote.Append(append(b, key...), cut(s, limit))
}

// cut keeps whole characters, so that a cut never makes invalid UTF-8 of valid.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := limit
	for end > 0 && end > limit-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// appendMillis appends d in milliseconds with microseconds as the three decimals. A clock that went back reads 0.
func appendMillis(b []byte, d time.Duration) []byte {
	us := max(d.Microseconds(), 0)
	b = strconv.AppendInt(b, us/1000, 10)
	us %= 1000
	return append(b, '.', byte('0'+us/100), byte('0'+us/10%10), byte('0'+us%10))
}

// appendTime appends t in UTC with microseconds and the closing quote.
func (s *line) appendTime(b []byte, t time.Time) []byte {
	if sec := t.Unix(); sec != s.second || s.prefix == nil {
		s.second = sec
		s.prefix = t.UTC().AppendFormat(s.prefix[:0], "2006-01-02T15:04:05.")
	}
	b = append(b, s.prefix...)
	us := t.Nanosecond() / 1000
	for div := 100000; div > 0; div /= 10 {
		b = append(b, byte('0'+us/div%10))
	}
	return append(b, 'Z', '"')
}

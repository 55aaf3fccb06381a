package accesslog

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/quote"
)

func (l *Log) appendLine(b []byte, x *middleware.Exchange) []byte {
	rec, limit := x.Record, l.options.MaxField
	b = l.appendTime(append(b, `{"time":"`...), x.Start())
	b = appendString(b, `,"method":`, x.Method, limit)
	b = appendString(b, `,"path":`, x.Path, limit)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(x.Status()), 10)
	b = strconv.AppendInt(append(b, `,"bytes":`...), rec.Bytes(), 10)
	b = appendMillis(append(b, `,"duration_ms":`...), x.Took())
	if l.options.FirstByte {
		b = appendMillis(append(b, `,"first_byte_ms":`...), rec.FirstByte())
	}
	b = appendString(b, `,"request_id":`, rec.RequestID(), limit)
	b = appendString(b, `,"remote_addr":`, x.RemoteAddr, limit)
	b = appendString(b, `,"user_agent":`, x.UserAgent(), limit)
	if rec.Hijacked() {
		b = append(b, `,"hijacked":true`...)
	}
	if !x.Returned {
		b = append(b, `,"aborted":true`...)
	}
	return append(b, "}\n"...)
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

// second is a formatted second. It is never changed: the log's pointer moves to another.
type second struct {
	unix   int64
	prefix string
}

// appendTime appends t in UTC with microseconds and the closing quote. A date is formatted once a second; when two requests
// do it at once, either result is right, so a plain atomic store is enough.
func (l *Log) appendTime(b []byte, t time.Time) []byte {
	s := l.second.Load()
	if unix := t.Unix(); s == nil || s.unix != unix {
		s = &second{unix, t.UTC().Format("2006-01-02T15:04:05.")}
		l.second.Store(s)
	}
	b = append(b, s.prefix...)
	us := uint32(t.Nanosecond() / 1000)
	var d [6]byte
	for i := range d {
		d[5-i] = byte('0' + us%10)
		us /= 10
	}
	return append(append(b, d[:]...), 'Z', '"')
}

package accesslog

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/hotpath-go/hotpath/middleware"
)

func (l *Log) appendLine(b []byte, x *middleware.Exchange, every int) []byte {
	rec, f := x.Record, &layouts[l.options.Format]
	b = l.appendTime(append(b, f.time...), x.Start())
	b = append(b, f.afterTime...)
	b = l.appendString(b, f.method, x.Method)
	b = l.appendString(b, f.path, x.Path)
	b = strconv.AppendInt(append(b, f.status...), int64(x.Status()), 10)
	b = strconv.AppendInt(append(b, f.bytes...), rec.Bytes(), 10)
	b = appendMillis(append(b, f.duration...), x.Took())
	if l.options.FirstByte {
		b = appendMillis(append(b, f.firstByte...), rec.FirstByte())
	}
	b = l.appendString(b, f.requestID, rec.RequestID())
	b = l.appendString(b, f.remoteAddr, x.RemoteAddr)
	b = l.appendString(b, f.userAgent, x.UserAgent())
	if rec.Hijacked() {
		b = append(b, f.hijacked...)
	}
	if !x.Returned {
		b = append(b, f.aborted...)
	}
	if every > 1 {
		b = strconv.AppendInt(append(b, f.sample...), int64(every), 10)
	}
	return append(b, f.end...)
}

func (l *Log) appendString(b []byte, key, s string) []byte {
	return layouts[l.options.Format].value(append(b, key...), cut(s, l.options.MaxField))
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

// appendTime appends t in UTC with microseconds. A date is formatted once a second; when two requests do it at once, either
// result is right, so a plain atomic store is enough.
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
	return append(b, d[:]...)
}

package accesslog

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/quote"
)

func (l *Log) appendLine(b []byte, x *middleware.Exchange, every int) []byte {
	rec, f := x.Record, &layouts[l.options.Format]
	b = l.appendTime(f.time.append(b), x.Start())
	b = f.afterTime.append(b)
	b = l.appendString(b, &f.method, x.Method)
	b = l.appendString(b, &f.path, x.Path)
	b = appendStatus(f.status.append(b), x.Status())
	b = strconv.AppendInt(f.bytes.append(b), rec.Bytes(), 10)
	b = appendMillis(f.duration.append(b), x.Took())
	if l.options.FirstByte {
		b = appendMillis(f.firstByte.append(b), rec.FirstByte())
	}
	b = l.appendString(b, &f.requestID, rec.RequestID())
	b = l.appendString(b, &f.remoteAddr, x.RemoteAddr)
	b = l.appendString(b, &f.userAgent, x.UserAgent())
	if rec.Hijacked() {
		b = f.hijacked.append(b)
	}
	if !x.Returned {
		b = f.aborted.append(b)
	}
	if every > 1 {
		b = strconv.AppendInt(f.sample.append(b), int64(every), 10)
	}
	return f.end.append(b)
}

func (l *Log) appendString(b []byte, k *key, s string) []byte {
	if len(s) > l.options.MaxField {
		s = cut(s, l.options.MaxField)
	}
	if b = k.append(b); l.options.Format == Logfmt {
		return quote.AppendWord(b, s)
	}
	return quote.Append(b, s)
}

// cut makes s, which is longer, limit bytes long at most. It keeps whole characters, so that a cut never makes invalid UTF-8 of valid.
func cut(s string, limit int) string {
	end := limit
	for end > 0 && end > limit-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// appendMillis appends d in milliseconds with microseconds as the three decimals. A clock that went back reads 0.
func appendMillis(b []byte, d time.Duration) []byte {
	us := uint64(max(d.Microseconds(), 0))
	b = strconv.AppendUint(b, us/1000, 10)
	return appendThree(append(b, '.'), uint32(us%1000))
}

func appendStatus(b []byte, status int) []byte {
	if status < 100 || status > 999 {
		return strconv.AppendInt(b, int64(status), 10)
	}
	return appendThree(b, uint32(status))
}

// appendThree appends the three digits of n.
func appendThree(b []byte, n uint32) []byte {
	return append(b, byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
}

// second is a formatted second. It is never changed: the log's pointer moves to another.
type second struct {
	unix   int64
	prefix key
}

// appendTime appends t in UTC with microseconds. A date is formatted once a second; when two requests do it at once, either
// result is right, so a plain atomic store is enough.
func (l *Log) appendTime(b []byte, t time.Time) []byte {
	s := l.second.Load()
	if unix := t.Unix(); s == nil || s.unix != unix {
		s = &second{unix, text(t.UTC().Format("2006-01-02T15:04:05."))}
		l.second.Store(s)
	}
	us := uint32(t.Nanosecond() / 1000)
	return appendThree(appendThree(s.prefix.append(b), us/1000), us%1000)
}

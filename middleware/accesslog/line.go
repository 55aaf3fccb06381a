package accesslog

import (
	"encoding/binary"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/quote"
)

// room is more than a line takes without its strings: each of the texts around values, and 24 bytes for each value.
const room = 2 * 14 * 24

func (l *Log) appendLine(b []byte, x *middleware.Exchange, every int) []byte {
	rec, f := x.Record, &layouts[l.options.Format]
	b = slices.Grow(b, room)
	b = l.appendTime(f.time.append(b), x.Start())
	b = f.afterTime.append(b)
	b = l.appendString(b, &f.method, x.Method)
	b = l.appendString(b, &f.path, x.Path)
	b = appendStatus(f.status.append(b), x.Status())
	b = appendUint(f.bytes.append(b), uint64(rec.Bytes()))
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

// appendString leaves room behind the string.
func (l *Log) appendString(b []byte, k *key, s string) []byte {
	if len(s) > l.options.MaxField {
		s = cut(s, l.options.MaxField)
	}
	if b = k.append(b); l.options.Format == Logfmt {
		return quote.AppendWord(b, s, room)
	}
	return quote.Append(b, s, room)
}

// cut makes s, which is longer, limit bytes long at most. It keeps whole characters, so that a cut never makes invalid UTF-8 of valid.
func cut(s string, limit int) string {
	end := limit
	for end > 0 && end > limit-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// appendMillis appends d in milliseconds with microseconds as the three decimals. A clock that went back reads 0. It needs room.
func appendMillis(b []byte, d time.Duration) []byte {
	us := uint64(max(d, 0)) / 1000
	b = appendUint(b, us/1000)
	b = append(b, '.')
	return appendThree(b, uint32(us%1000))
}

// appendUint is strconv.AppendUint, sooner done with one digit.
func appendUint(b []byte, n uint64) []byte {
	if n < 10 {
		return append(b, byte('0'+n))
	}
	return strconv.AppendUint(b, n, 10)
}

func appendStatus(b []byte, status int) []byte {
	if status < 100 || status > 999 {
		return strconv.AppendInt(b, int64(status), 10)
	}
	return appendThree(b, uint32(status))
}

// appendThree appends the three digits of n, in one store that goes a byte beyond them. It needs room.
func appendThree(b []byte, n uint32) []byte {
	at, tens, hundreds := len(b), n/10, n/100
	digits := hundreds | (tens-10*hundreds)<<8 | (n-10*tens)<<16
	binary.LittleEndian.PutUint32(b[at:at+4], digits+'0'*0x010101)
	return b[:at+3]
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

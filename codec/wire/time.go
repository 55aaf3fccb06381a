package wire

import (
	"math/bits"
	"time"
)

// AppendTime appends t in RFC 3339 form with nanoseconds, as time.Time's
// MarshalJSON does, and with its errors for years and zones RFC 3339 cannot say.
func AppendTime(dst []byte, t time.Time) ([]byte, error) {
	dst = append(dst, '"')
	_, offset := t.Zone()
	sec := t.Unix() + int64(offset)
	if sec < minTime || sec > maxTime || offset <= -24*3600 || offset >= 24*3600 {
		out, err := t.AppendText(dst)
		if err != nil {
			return dst, err
		}
		return append(out, '"'), nil
	}
	dst = appendDateTime(dst, uint64(sec-minTime))
	if ns := t.Nanosecond(); ns != 0 {
		dst = appendFraction(dst, uint32(ns))
	}
	if offset == 0 {
		return append(dst, 'Z', '"'), nil
	}
	sign := byte('+')
	minutes := offset / 60
	if offset < 0 {
		minutes = -minutes
		if sign = '-'; minutes == 0 {
			sign = '+' // less than a minute west, which package time calls +00:00
		}
	}
	return append(dst, sign, '0'+byte(minutes/600), '0'+byte(minutes/60%10), ':', '0'+byte(minutes%60/10), '0'+byte(minutes%10), '"'), nil
}

// The seconds of Unix time of the years 0 to 9999.
const (
	minTime = -62167219200
	maxTime = 253402300799
)

// appendDateTime writes seconds since the year 0.
func appendDateTime(dst []byte, sec uint64) []byte {
	day := uint32(sec / 86400)
	rest := uint32(sec - uint64(day)*86400)
	year, month, dom := civil(day)
	date := eightDigits(year*1e4 + month*1e2 + dom)
	hour := rest / 3600
	rest -= hour * 3600
	minute := rest / 60
	clock := eightDigits(hour*1e4+minute*1e2+rest-minute*60) >> 16
	n := len(dst)
	dst = append(dst, "0000-00-00T00:00:00"...)
	store64(dst, n, date&0xFFFFFFFF|'-'<<32|date>>32&0xFFFF<<40|'-'<<56)
	store32(dst, n+8, uint32(date>>48)|'T'<<16)
	store64(dst, n+11, clock&0xFFFF|':'<<16|clock>>16&0xFFFF<<24|':'<<40|clock>>32<<48)
	return dst
}

// civil returns the date of a day since the year 0, in years that begin in March,
// whose leap day is the last one (Cassio Neri and Lorenz Schneider, "Euclidean affine
// functions and their application to calendar algorithms", 2022).
func civil(day uint32) (year, month, dom uint32) {
	const daysToMarch = 60 // the year 0 is a leap year
	n := 4*(day+146097-daysToMarch) + 3
	century := n / 146097
	p := 2939745 * uint64(n%146097|3)
	ofYear := uint32(p) / 2939745 / 4
	year = 100*century + uint32(p>>32) - 400
	m := 2141*ofYear + 197913
	month, dom = m>>16, m&0xFFFF/2141+1
	if ofYear >= 306 {
		return year + 1, month - 12, dom
	}
	return year, month, dom
}

func appendFraction(dst []byte, ns uint32) []byte {
	first := ns / 1e8
	digits := splitDigits(ns - first*1e8)
	dst = append(dst, '.', '0'+byte(first))
	if digits == 0 {
		return dst
	}
	return appendWord(dst, digits+ones*'0', 8-bits.LeadingZeros64(digits)/8)
}

// Time decodes an RFC 3339 time into *p; null leaves it alone.
func (d *Decoder) Time(p *time.Time) {
	start := d.valueStart()
	if n, ok := utcTime(d.data[start:], p); ok {
		d.pos = start + n
		return
	}
	if raw, ok := d.rawValue(); ok {
		if err := p.UnmarshalJSON(raw); err != nil {
			d.failValue(start, err)
		}
	}
}

// utcTime reads the common form of a time, "2006-01-02T15:04:05.999999999Z" with
// or without the fraction, and declines all else.
func utcTime(b []byte, p *time.Time) (n int, ok bool) {
	const form = `"2006-01-02T15:04:05Z"`
	if len(b) < len(form) || b[0] != '"' {
		return 0, false
	}
	date, clock, ok := timeFields(b)
	if !ok {
		return 0, false
	}
	i, ns := 20, 0
	if b[i] == '.' {
		scale := int(1e9)
		for i++; i < len(b) && b[i]-'0' <= 9 && scale > 1; i++ {
			scale /= 10
			ns += scale * int(b[i]-'0')
		}
		if scale == 1e9 {
			return 0, false
		}
	}
	if i+2 > len(b) || b[i] != 'Z' || b[i+1] != '"' {
		return 0, false
	}
	*p = time.Unix(int64(date)*86400+int64(clock)+minTime, int64(ns)).UTC()
	return i + 2, true
}

// timeFields returns the days since the year 0 and the seconds of the day.
func timeFields(b []byte) (day, clock int, ok bool) {
	if b[5] != '-' || b[8] != '-' || b[11] != 'T' || b[14] != ':' || b[17] != ':' {
		return 0, 0, false
	}
	year := two(b, 1)*100 + two(b, 3)
	month, dom := two(b, 6), two(b, 9)
	hour, minute, sec := two(b, 12), two(b, 15), two(b, 18)
	if year > 9999 || month-1 >= 12 || dom-1 >= daysIn(month, year) || hour > 23 || minute > 59 || sec > 59 {
		return 0, 0, false
	}
	// The inverse of appendDateTime.
	y := year + 400
	if month <= 2 {
		y--
		month += 12
	}
	doe := y%400*365 + y%400/4 - y%400/100 + (153*(month-3)+2)/5 + dom - 1
	return int(y/400*146097+doe) - 146097 + 60, int(hour*3600 + minute*60 + sec), true
}

// two reads two digits. What is none becomes too large for any field.
func two(b []byte, i int) uint {
	hi, lo := uint(b[i]-'0'), uint(b[i+1]-'0')
	if hi > 9 || lo > 9 {
		return 1e6
	}
	return hi*10 + lo
}

func daysIn(month, year uint) uint {
	switch {
	case month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	}
	return 30 + (month+month/8)&1
}

package wire_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/wire"
)

func checkTime(t *testing.T, x time.Time) {
	t.Helper()
	want, wantErr := json.Marshal(x)
	got, err := wire.AppendTime(nil, x)
	if (err != nil) != (wantErr != nil) || err == nil && string(got) != string(want) {
		t.Fatalf("AppendTime(%v) = %s, %v, want %s, %v", x, got, err, want, wantErr)
	}
	if err == nil {
		checkTimeText(t, string(got))
	}
}

type clock struct{ time.Time }

func (c *clock) DecodeJSON(d *codec.Decoder) { d.Time(&c.Time) }

func checkTimeText(t *testing.T, s string) {
	t.Helper()
	var want time.Time
	var got clock
	wantErr := json.Unmarshal([]byte(s), &want)
	err := codec.DecodeString(s, &got)
	if (err != nil) != (wantErr != nil) || err == nil && (!got.Equal(want) || got.String() != want.String() || got.Location().String() != want.Location().String()) {
		t.Fatalf("time of %s = %v, %v, want %v, %v", s, got.Time, err, want, wantErr)
	}
	if err == nil && want.Location() == time.UTC && got.Time != want {
		t.Fatalf("time of %s = %#v, want %#v", s, got.Time, want)
	}
}

func TestTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	zones := []*time.Location{time.UTC, time.Local}
	for _, sec := range []int{1, -1, 30, -30, 60, -60, 3600, -3600, 19800, -12600, 86399, -86399, 86400, -86400, 90000} {
		zones = append(zones, time.FixedZone("", sec))
	}
	for range soak(t, 50_000, 10_000_000) {
		x := time.Unix(r.Int64N(400e9)-100e9, r.Int64N(2)*r.Int64N(1e9)).In(zones[r.IntN(len(zones))])
		checkTime(t, x)
		checkTime(t, x.Truncate(time.Millisecond))
	}
	for year := range 10_002 { // the ends of all months of all years there are
		day := time.Date(year-1, time.Month(1+year%12), 1, 0, 0, 0, 0, time.UTC)
		checkTime(t, day)
		checkTime(t, day.Add(-time.Nanosecond))
	}
	checkTime(t, time.Time{})
}

func TestTimeTexts(t *testing.T) {
	const form = `"2024-02-29T23:59:59.123456789Z"`
	checkTimeText(t, form)
	for i := range form {
		for _, c := range "0123456789-:.,TZtz+ \"\\" {
			checkTimeText(t, form[:i]+string(c)+form[i+1:])
			checkTimeText(t, form[:i]+string(c)+form[i:])
		}
		checkTimeText(t, form[:i]+form[i+1:])
		checkTimeText(t, form[:i])
	}
	for month := range 14 {
		for day := range 33 {
			for _, year := range []string{"0000", "1900", "2000", "2023", "2024", "9999"} {
				checkTimeText(t, `"`+year+time.Date(2001, 1, 1, 0, month, day, 0, time.UTC).Format("-04-05")+`T00:00:00Z"`)
			}
		}
	}
}

package keepalive

import (
	"net"
	"testing"
	"time"
)

type addressed struct {
	net.Conn
	port int
}

func (a addressed) LocalAddr() net.Addr  { return nil }
func (a addressed) RemoteAddr() net.Addr { return &net.TCPAddr{Port: a.port} }

func TestLifetimeJitter(t *testing.T) {
	t.Parallel()
	start := time.Now()
	tests := []struct {
		jitter float64
		least  time.Duration
	}{{0, 54 * time.Minute}, {-1, time.Hour}, {0.5, 30 * time.Minute}, {1, 0}}
	for _, tt := range tests {
		l := lifetime{age: time.Hour, jitter: tt.jitter}
		seen := make(map[time.Time]bool)
		var low, high = time.Hour, time.Duration(0)
		for port := range 1000 {
			c := addressed{port: port}
			end := l.end(start, c)
			if again := l.end(start, c); again != end {
				t.Fatalf("jitter %v: the same connection ends at %v and %v", tt.jitter, end, again)
			}
			age := end.Sub(start)
			if age < tt.least || age > time.Hour {
				t.Fatalf("jitter %v: age %v, want within %v and 1h", tt.jitter, age, tt.least)
			}
			low, high = min(low, age), max(high, age)
			seen[end] = true
		}
		// Accepted in the same instant, they must not end in the same instant.
		if want := time.Duration(0.9 * float64(time.Hour-tt.least)); high-low < want || (tt.least < time.Hour && len(seen) < 990) {
			t.Errorf("jitter %v: ends spread over %v in %d values, want %v", tt.jitter, high-low, len(seen), want)
		}
	}
	if end := (lifetime{age: -1}).end(start, addressed{}); !end.IsZero() {
		t.Errorf("no age limit ends at %v", end)
	}
}

package ipfilter

import (
	"net/netip"
	"testing"
)

// What quad takes netip takes for the same; the usual form it takes.
func FuzzQuad(f *testing.F) {
	for _, s := range []string{
		"192.0.2.1:1234", "0.0.0.0:0", "255.255.255.255:65535", "256.0.0.1:1", "1.2.3.4:65536", "01.2.3.4:1", "1.2.3.4:00001", "1.2.3.4:000001",
		"1.2.3:4", "1.2.3.4.5:6", "1.2.3.4", "1.2.3.4:", ":1", "", "[::1]:80", "1.2.3.4:1 ", "1.2.3.4:-1", "1..3.4:1", "1.2.3.0004:1", "1.2.3.00:1", "1.2.3.4%eth0:1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := quad(s)
		want, err := netip.ParseAddrPort(s)
		if ok && (err != nil || got != want.Addr()) {
			t.Errorf("quad(%q) = %v, netip says %v, %v", s, got, want, err)
		}
		if !ok && err == nil && want.Addr().Is4() && want.String() == s {
			t.Errorf("quad(%q) refuses what is usual", s)
		}
	})
}

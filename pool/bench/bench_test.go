package bench

import "testing"

func Benchmark(b *testing.B) {
	for _, group := range Groups() {
		for _, c := range group {
			b.Run(c.Group+"/"+c.Name, c.Run)
		}
	}
}

// The bar for waste is exact, so it is a test.
func TestWaste(t *testing.T) {
	for name, w := range Wastes() {
		t.Logf("%s: %.1f %%", name, 100*w)
		if name == "Bytes" && w > 0.10 {
			t.Errorf("Bytes wastes %.1f %%, want at most 10", 100*w)
		}
	}
}

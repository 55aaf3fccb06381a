package pool

import "testing"

func TestClasses(t *testing.T) {
	previous := 0
	for class := range numClasses {
		size := sizeOf(class)
		if size <= previous {
			t.Fatalf("class %d has size %d after %d", class, size, previous)
		}
		for _, n := range []int{previous + 1, size} {
			n = max(n, minClassSize)
			if c, s := classOf(n); c != class || s != size {
				t.Errorf("classOf(%d) = %d, %d; want %d, %d", n, c, s, class, size)
			}
		}
		if previous >= 64 && size-previous > size/4 {
			t.Errorf("step from %d to %d is more than a quarter", previous, size)
		}
		previous = size
	}
	if previous != maxClassSize {
		t.Errorf("last class %d, want %d", previous, maxClassSize)
	}
}

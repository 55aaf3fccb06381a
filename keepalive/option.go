package keepalive

import "fmt"

// option is one field under check. A negative value means what the field's doc
// says; where it says nothing, the value is refused and not guessed at.
type option struct {
	name  string // Type.Field
	value any
	bad   bool
	cure  string
}

// checkOptions returns the first bad one as an error.
func checkOptions(all ...option) error {
	for _, o := range all {
		if o.bad {
			return fmt.Errorf("keepalive: %s is %v; %s", o.name, o.value, o.cure)
		}
	}
	return nil
}

// jitterOption refuses what is no share, NaN too.
func jitterOption(of string, j float64) option {
	return option{of + ".Jitter", j, !(j <= 1), "give a share up to 1, or a negative one for none"}
}

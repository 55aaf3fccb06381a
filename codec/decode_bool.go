package codec

// Bool decodes true or false into *p; null leaves it alone.
func Bool[T ~bool](d *Decoder, p *T) {
	switch c := d.peek(); c {
	case 't':
		if d.literal("true") {
			*p = true
		}
	case 'f':
		if d.literal("false") {
			*p = false
		}
	default:
		d.scalarMismatch(c, "bool")
	}
}

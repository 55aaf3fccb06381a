package wire

// Skip consumes the next value, checking it as strictly as if it were decoded.
func (d *Decoder) Skip() {
	switch c := d.peek(); c {
	case '{':
		d.skipObject()
	case '[':
		if d.BeginArray() {
			for i := 0; d.NextElem(i); i++ {
				d.Skip()
			}
		}
	case '"':
		d.text()
	case 't':
		d.literal("true")
	case 'f':
		d.literal("false")
	case 'n':
		d.literal("null")
	default:
		if isNumber(c) {
			d.number()
			return
		}
		d.syntax("invalid character where a value should begin")
	}
}

func (d *Decoder) skipObject() {
	var o Object
	if d.BeginObject(&o, nil) {
		for d.skipKey(&o) {
			d.Skip()
		}
	}
}

// rawValue consumes the next value and returns its text, a part of the input.
func (d *Decoder) rawValue() ([]byte, bool) {
	d.peek()
	start := d.pos
	d.Skip()
	if d.fatal != nil {
		return nil, false
	}
	return d.data[start:d.pos], true
}

// Validate returns nil if data is one JSON value with nothing but white space around
// it, and else what is wrong.
func Validate(data []byte) error {
	d := getDecoder(data, Policy{})
	defer d.release()
	d.Skip()
	return d.finish()
}

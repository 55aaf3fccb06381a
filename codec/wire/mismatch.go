package wire

// scalarMismatch handles a token that is not the scalar wanted: null leaves
// the target alone, anything else is reported and skipped.
func (d *Decoder) scalarMismatch(c byte, want string) {
	if c == 'n' {
		d.literal("null")
		return
	}
	d.mismatch(want)
}

// mismatch reports the next value as one of the wrong kind and skips it.
func (d *Decoder) mismatch(want string) {
	start := d.pos
	c := d.peek()
	d.Skip()
	if d.fatal == nil {
		d.saveType(start, describe(c), want)
	}
}

// saveType keeps a TypeError; the path is worked out only for the one kept.
func (d *Decoder) saveType(off int, value, want string) {
	if d.saved != nil || d.fatal != nil {
		return
	}
	d.saved = &TypeError{Offset: int64(off), Path: pathTo(d.data, off), Value: value, Want: want}
}

// saveValue keeps a ValueError after which decoding goes on.
func (d *Decoder) saveValue(off int, err error) {
	if d.saved != nil || d.fatal != nil {
		return
	}
	d.saved = &ValueError{Offset: int64(off), Path: pathTo(d.data, off), Err: err}
}

// failValue ends decoding, as encoding/json does when an Unmarshaler fails.
func (d *Decoder) failValue(off int, err error) {
	if d.fatal == nil {
		d.stop(&ValueError{Offset: int64(off), Path: pathTo(d.data, off), Err: err})
	}
}

func describe(c byte) string {
	switch c {
	case '"':
		return "string"
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "bool"
	case 'n':
		return "null"
	}
	return "number"
}

// describeNumber quotes a number, but not a megabyte of digits.
func describeNumber(tok []byte) string {
	if len(tok) > 32 {
		return "number " + string(tok[:32]) + "…"
	}
	return "number " + string(tok)
}

package zerocopy

import "os"

// A stamp is what tells one content of a file from another without reading it.
// The change time is not part of it: it moves when the file is renamed, linked
// or made unreadable, none of which touches the bytes.
type stamp struct {
	size  int64
	mtime int64 // ns
}

func stampOf(fi os.FileInfo) stamp { return stamp{fi.Size(), fi.ModTime().UnixNano()} }

// holds reports whether the file of seg still bears the stamp.
func (st *stamp) holds(seg *segment) bool {
	if st == nil {
		return true
	}
	fi, err := seg.file.Stat()
	return err == nil && stampOf(fi) == *st
}

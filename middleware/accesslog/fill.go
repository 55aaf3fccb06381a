package accesslog

import "os"

// fill makes f at least n bytes long by writing zeros behind its end, which takes room on every file system.
func fill(f *os.File, n int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	zeros := make([]byte, 64<<10)
	for at := info.Size(); at < n; {
		some := min(n-at, int64(len(zeros)))
		if _, err := f.WriteAt(zeros[:some], at); err != nil {
			return err
		}
		at += some
	}
	return nil
}

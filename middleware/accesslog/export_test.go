package accesslog

// Add hands over a line without a request.
func Add(l *Log, line []byte) { l.queue.add(line) }

// Hold makes f's disk stuck until release is called.
func Hold(f *File) (release func()) { f.mu.Lock(); return f.mu.Unlock }

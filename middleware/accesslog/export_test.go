package accesslog

// Add hands over a line without a request.
func Add(l *Log, line []byte) { l.queue.add(line) }

// Hold makes f's disk stuck until release is called.
func Hold(f *File) (release func()) { f.mu.Lock(); return f.mu.Unlock }

// Head returns where the next line goes in the memory for lines.
func Head(l *Log) uint64 {
	l.queue.mu.Lock()
	defer l.queue.mu.Unlock()
	return l.queue.head % l.queue.size
}

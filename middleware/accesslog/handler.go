package accesslog

import (
	"bytes"
	"log/slog"
)

// Handler returns a handler for the application's own lines, in the log's format: they wait in the same memory, or ring, and go
// to the same writer as those of requests. JSON is slog.JSONHandler's, Logfmt slog.TextHandler's; o may be nil.
func (l *Log) Handler(o *slog.HandlerOptions) slog.Handler {
	if l.options.Format == Logfmt {
		return slog.NewTextHandler(lines{l.queue}, o)
	}
	return slog.NewJSONHandler(lines{l.queue}, o)
}

// lines is a writer that takes one line a call, which is how slog's handlers write.
type lines struct{ queue *queue }

// Write never fails: what does not fit is dropped, and counted.
func (w lines) Write(line []byte) (int, error) {
	if bytes.IndexByte(line, '\n') != len(line)-1 { // a line is what the queue counts
		line = append(bytes.ReplaceAll(line, newline, []byte{' '}), '\n')
	}
	w.queue.add(line)
	return len(line), nil
}

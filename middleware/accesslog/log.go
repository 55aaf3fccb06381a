package accesslog

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
)

// Options says where lines go and how long they may wait. It is a value: New copies it. A negative number is refused.
type Options struct {
	// Writer gets whole lines, many at a time, from one goroutine. Close does not close it. Zero means os.Stdout.
	Writer io.Writer
	// Format is how lines look. Zero means JSON.
	Format Format
	// Sample leaves out lines of requests that went well. Zero means that every request has a line.
	Sample Sample
	// Ring is where lines wait, so that they survive the process; the log closes it. Zero means that they wait in memory.
	Ring *Ring
	// Buffer bounds the bytes that wait in memory, those being written included. With a Ring it means nothing. Zero means 4 MiB.
	Buffer int
	// FlushEvery is how long a line may wait for company. Zero means 100 ms.
	FlushEvery time.Duration
	// FlushAt is how many waiting bytes are written at once without waiting longer, at most a quarter of the room that the lines
	// have. Zero means 128 KiB.
	FlushAt int
	// CloseWait bounds how long Close waits for a stuck Writer. Zero means 5 s.
	CloseWait time.Duration
	// MaxField bounds each string taken from the request, in bytes; the rest is cut. Zero means 2048.
	MaxField int
	// FirstByte adds the time to the first byte, for one more reading of the clock. Zero means it is left out.
	FirstByte bool
	// OnError gets each error of Writer, on the writing goroutine; it must not call Flush or Close. Zero means no call.
	OnError func(error)
}

// settled returns what o means, and panics for what makes no sense.
func settled(given *Options) Options {
	o := option.Of(given)
	if o.Writer == nil {
		o.Writer = os.Stdout
	}
	if o.Format < 0 || int(o.Format) >= len(layouts) {
		panic(fmt.Sprintf("accesslog: Options.Format is %d, none of the formats: use JSON or Logfmt", o.Format))
	}
	o.Sample.Every = option.Or("accesslog: Options.Sample.Every", o.Sample.Every, 1)
	o.Sample.Slow = option.Or("accesslog: Options.Sample.Slow", o.Sample.Slow, 0)
	o.Buffer = option.Or("accesslog: Options.Buffer", o.Buffer, 4<<20)
	if o.Ring != nil {
		o.Buffer = int(o.Ring.size)
	}
	o.FlushEvery = option.Or("accesslog: Options.FlushEvery", o.FlushEvery, 100*time.Millisecond)
	o.FlushAt = min(option.Or("accesslog: Options.FlushAt", o.FlushAt, 128<<10), max(o.Buffer/4, 1))
	o.CloseWait = option.Or("accesslog: Options.CloseWait", o.CloseWait, 5*time.Second)
	o.MaxField = option.Or("accesslog: Options.MaxField", o.MaxField, 2048)
	return o
}

// A Log is safe for concurrent use. It is an access log, and as such a piece of a middleware.Stack: it goes outermost, so that it
// sees what the other pieces answer. Its owner calls Close when the server has stopped.
type Log struct {
	options Options
	queue   *queue
	second  atomic.Pointer[second]
	sampled atomic.Uint64 // requests without a line
}

// New starts a log and the goroutine that writes it, which lives until Close. Nil means the zero Options.
func New(given *Options) *Log {
	o := settled(given)
	l := &Log{options: o, queue: newQueue(o)}
	go l.queue.run(newBatch(o, l.queue.bank))
	return l
}

// Middleware logs the requests that next serves. Beside other pieces in a Chain it is fused with them.
func (l *Log) Middleware(next http.Handler) http.Handler { return middleware.Stack{l}.Then(next) }

// Enter is for middleware.Stack. What the line says of the request is taken here: handlers such as http.StripPrefix's
// neighbours may change it.
func (l *Log) Enter(x *middleware.Exchange) bool {
	x.Start()
	x.UserAgent()
	if l.options.FirstByte {
		x.Record.TimeFirstByte()
	}
	return true
}

// Leave is for middleware.Stack. It hands the line over, also when the handler panicked.
func (l *Log) Leave(x *middleware.Exchange) {
	every := l.options.Sample.of(x)
	if every == 0 {
		l.sampled.Add(1)
		return
	}
	x.Scratch = l.appendLine(x.Scratch[:0], x, every)
	l.queue.add(x.Scratch)
}

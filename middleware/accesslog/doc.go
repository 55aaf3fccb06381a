// Package accesslog writes one line for each request, without making the request wait for the disk.
//
//	{"time":"2026-01-02T15:04:05.000000Z","method":"GET","path":"/","status":200,"bytes":5,"duration_ms":0.042,
//	 "request_id":"…","remote_addr":"127.0.0.1:4711","user_agent":"curl/8"}
//
// (on one line), or the same as logfmt. status is 0 for a hijacked connection and for a request that was aborted before it had
// one; "hijacked":true or "aborted":true then say so. With [Options].FirstByte there is "first_byte_ms". The path is the decoded
// one, without the query, which often carries secrets. With [Options].Sample a line may stand for several requests, and says so.
//
// [Log.Handler] takes the application's own lines, through log/slog.
//
// # What is lost, and when
//
// Lines wait, in at most Options.Buffer bytes of memory, for a goroutine that writes them to Options.Writer. When that room is full
// because the writer is stuck or slow, new lines are dropped and counted; the request never waits. [Log.Flush] and
// [Log.Close] write everything handed over before them. SIGKILL, a panic and an os.Exit without Close lose what
// waits: at most Options.FlushEvery of lines while the writer keeps up, Options.Buffer bytes otherwise.
//
// With a [Ring] they lose nothing: lines wait in a file that is mapped shared, which belongs to the system and not to the process, and the
// next process that opens the ring writes them.
//
//	ring, err := accesslog.OpenRing("/run/service/access.ring", 4<<20)
//	file, err := accesslog.OpenFile("/var/log/service/access.log", &accesslog.FileOptions{MaxSize: 1 << 30, Signal: syscall.SIGHUP})
//	log := accesslog.New(&accesslog.Options{Writer: file, Ring: ring})
//
// If the writer is a [File], each line is then in the log once: the ring remembers how long the file was. With any other writer, the lines that
// were being written at that moment may be there twice. A power cut loses a ring in memory, and of one on a disk what the system had not
// written; what is damaged is left out and counted.
//
// Keep the ring on a file system in memory. On a disk, a store into a mapped page may wait for the disk when the system writes that page
// or holds back those who write too much: then it is the request that waits. The same holds for /run in a container, which
// ends with the container: mount a tmpfs of the host, or accept that the container's end is a power cut.
//
// Where there is no mmap (or with -tags portable) the ring is written by two system calls a line, with the same promise.
//
// At any time Stats.Handed + Recovered = Written + Dropped + Pending.
package accesslog

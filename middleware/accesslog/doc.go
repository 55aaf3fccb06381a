// Package accesslog writes one JSON line for each request, without making the request wait for the disk.
//
//	{"time":"2026-01-02T15:04:05.000000Z","method":"GET","path":"/","status":200,"bytes":5,"duration_ms":0.042,
//	 "request_id":"…","remote_addr":"127.0.0.1:4711","user_agent":"curl/8"}
//
// (on one line). status is 0 for a hijacked connection and for a request that was aborted before it had one; "hijacked":true or
// "aborted":true then say so. With [Options].FirstByte there is "first_byte_ms". The path is the decoded one, without the
// query, which often carries secrets.
//
// # What is lost, and when
//
// Lines wait in memory, in at most Options.Buffer bytes, for a goroutine that writes them to Options.Writer. When the buffer is
// full because the writer is stuck or slow, new lines are dropped and counted; the request never waits. [Log.Flush] and
// [Log.Close] write everything handed over before them. SIGKILL, a crash of the machine and an os.Exit without Close lose what
// waits: at most Options.FlushEvery of lines while the writer keeps up, Options.Buffer bytes otherwise.
//
// At any time Stats.Handed = Written + Dropped + Pending.
package accesslog

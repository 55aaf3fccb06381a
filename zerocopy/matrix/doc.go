// Package matrix proves what zerocopy does below the writers that frameworks
// and middlewares put between a handler and the conn: which way each body takes
// is written down in a table, and a release of any of them that changes it
// fails a test. It has no other purpose; nothing imports it.
package matrix

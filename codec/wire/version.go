package wire

// GeneratedVersion3 is named by generated code. It goes away when generated
// code of its kind would no longer work, so that stale files fail to compile
// and not at run time.
const GeneratedVersion3 = 3

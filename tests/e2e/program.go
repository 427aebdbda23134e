package e2e

import (
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The peak memory of all processes, as docs/faults.md promises it.
const memoryLimitKB = 16 * 1024

// What the program promises about time, with room for a busy machine. The
// promises themselves are in docs/faults.md.
const (
	// A thing that waits for nobody: a local hit, a put, leaving at the end
	// of input.
	prompt = 5 * time.Second
	// One get, unless its answer goes on and on.
	patience = 15 * time.Second
	// What close may take beyond -drain.
	drainSlack = 5 * time.Second
	// A test that got nothing for so long has found a hang.
	hang = 60 * time.Second
)

var programPath = sync.OnceValue(func() string {
	path := os.Getenv("GOCACHE_S3_BIN")
	if path == "" {
		path = "../../gocache-s3"
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return abs
})

// program is the absolute path of the binary under test.
func program(t testing.TB) string {
	t.Helper()
	path := programPath()
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("no binary to test: %v (build it with make, or set GOCACHE_S3_BIN)", err)
	}
	return path
}

// isRelease tells the static release binary from a sanitizer build, which
// needs its shared libraries and much memory.
func isRelease(t testing.TB) bool {
	t.Helper()
	f, err := elf.Open(program(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return false
		}
	}
	return true
}

func needRelease(t testing.TB) {
	t.Helper()
	if !isRelease(t) {
		t.Skip("only the static release binary can show this")
	}
}

func needRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

// lines splits a text into its lines without the empty one at the end.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// runDir holds what all tests of a run share; main_test.go makes and removes it.
var runDir string

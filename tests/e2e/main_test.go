package e2e

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain keeps what the tests share: a directory for the servers and the
// seeds, removed at the end, and more parallel tests than cores, since most
// of them wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if !isFlagSet("test.parallel") {
		flag.Set("test.parallel", "12")
	}
	var err error
	if runDir, err = os.MkdirTemp("", "gocache-s3-e2e"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	stopServers()
	os.RemoveAll(runDir)
	os.Exit(code)
}

func isFlagSet(name string) bool {
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

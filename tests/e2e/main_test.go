package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
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
	// Whoever started this as a background job may have had Ctrl-C ignored;
	// the helpers shall not inherit that.
	if signal.Ignored(os.Interrupt) {
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
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

// Bench measures helpers of the go command against each other, against the go
// command alone, and against one that only looks into the local directory.
// scripts/bench builds and runs it; docs/benchmarks.md says what it measures
// and how. Every ratio is one of medians within one run, and what is compared
// is run in turns.
//
//	options.go    what is asked for
//	bench.go      what the scenarios share: servers, buckets, machines
//	contender.go  go alone or with a helper, and how that is started
//	machine.go    a pretended machine: directories and environment
//	build.go      one run of the go command
//	kin.go        processes that a command left: waiting for them, their CPU
//	cpu.go        the CPU time of the far side and of what is not ours
//	memory.go     peak memory of a helper's processes
//	line.go       a network line: round-trip time, rate, counts
//	alarm.go      sleeps exactly
//	server.go     the S3 servers; certs.go their certificates
//	driver.go     plays the go command to a helper
//	scenarios.go  what is measured
//	sample.go     one measurement, and medians of many
//	report.go     tables; goals.go the numbers to show
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := newBench(o)
	if err != nil {
		return err
	}
	defer b.close()
	b.closeOnSignal()
	err = b.measure()
	b.ending.Lock() // whoever was interrupted has nothing to report
	if err != nil {
		return err
	}
	b.report.print(os.Stdout)
	if o.json != "" {
		return b.report.writeJSON(o.json)
	}
	return nil
}

func (b *bench) closeOnSignal() {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-caught
		b.ending.Lock()
		for _, pid := range childrenOf(os.Getpid()) {
			syscall.Kill(pid, syscall.SIGTERM)
		}
		b.close()
		os.Exit(1)
	}()
}

// progress tells whoever waits what has just been measured.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

// Bench measures helpers of the go command against each other, against the go
// command alone, and against one that only looks into the local directory.
// scripts/bench builds and runs it; docs/benchmarks.md says what it measures
// and how. Every ratio is one of medians within one run, and what is compared
// is run in turns.
//
//	options.go    what is asked for
//	bench.go      what the scenarios share: servers, buckets, machines
//	contender.go  go alone or with a helper, and how that is started
//	work.go       what the go command is to do; checkout.go source that changes
//	machine.go    a pretended machine: directories and environment
//	build.go      one run of the go command; affinity.go on few processors
//	kin.go        processes that a command left: waiting for them, their CPU
//	cpu.go        the CPU time of the far side and of what is not ours
//	memory.go     peak memory of a helper's processes
//	line.go       a network line: round-trip time and rate; window.go what
//	              TCP sends ahead, traffic.go counts, linecheck.go what it
//	              really carries, alarm.go exact sleeps
//	server.go     the S3 servers; certs.go their certificates
//	fakestore.go  a server of very many keys, keyspace.go
//	driver.go     plays the go command to a helper; entries.go with many entries
//	scenarios.go  what is measured; warm.go, growth.go, fair.go more of it
//	sample.go     one measurement, and medians of many
//	report.go     all of them; table.go in print, series.go, plot.go and svg.go as
//	              a drawing
//	goals.go      the numbers to show; warmgoals.go those of fresh machines
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
	r, err := figures(o)
	if err != nil {
		return err
	}
	r.print(os.Stdout)
	if o.json != "" {
		err = r.writeJSON(o.json)
	}
	if o.svg != "" {
		err = errors.Join(err, r.drawWarm(o.svg))
	}
	return err
}

// figures are those of an earlier run, or are measured.
func figures(o options) (*report, error) {
	if o.from != "" {
		return readReport(o.from)
	}
	b, err := newBench(o)
	if err != nil {
		return nil, err
	}
	defer b.close()
	b.closeOnSignal()
	err = b.measure()
	b.ending.Lock() // whoever was interrupted has nothing to report
	b.report.about = append(b.report.about, fact{"load after", loadAverage()})
	return &b.report, err
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

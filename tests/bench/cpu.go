package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The kernel shows CPU time to programs in hundredths of a second.
const clockTick = 10 * time.Millisecond

// cpuMeter tells who had how much CPU time since it was started, so that a
// reader sees what the server took on the same machine, and whether something
// else disturbed a run.
type cpuMeter struct {
	servers            []int
	all, server, bench time.Duration
}

func startMeter(servers []int) cpuMeter {
	m := cpuMeter{servers: servers}
	m.all, m.server, m.bench = m.read()
	return m
}

// read gives what was used since boot by all processes, the servers, and this
// program with the children that it has waited for.
func (m cpuMeter) read() (all, server, bench time.Duration) {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	for i, word := range strings.Fields(line) {
		switch i {
		case 1, 2, 3, 6, 7: // user, nice, system, irq, softirq
			all += ticks(word)
		}
	}
	for _, pid := range m.servers {
		server += cpuOf(pid)
	}
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		syscall.Getrusage(who, &usage)
		bench += cpuTime(&usage)
	}
	return all, server, bench
}

// stop gives what the servers took, and what everybody took whom this program
// has not started.
func (m cpuMeter) stop() (server, others time.Duration) {
	all, server, bench := m.read()
	server -= m.server
	return server, max(0, all-m.all-server-(bench-m.bench))
}

func cpuOf(pid int) time.Duration {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	// The second field is a name in parentheses and may hold anything;
	// user and system time are fields 14 and 15.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	return ticks(fields[11]) + ticks(fields[12])
}

func ticks(word string) time.Duration {
	n, _ := strconv.ParseInt(word, 10, 64)
	return time.Duration(n) * clockTick
}

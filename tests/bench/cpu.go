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

// meter tells what happened elsewhere during a run: at the far side, that is
// servers and line, which would be other machines in earnest, and in whatever
// this program has not started.
type meter struct {
	servers  servers
	begin    cpuReading
	requests int64
}

// cpuReading is CPU time since boot.
type cpuReading struct{ all, far, children time.Duration }

func startMeter(s servers) meter {
	return meter{s, readCPU(s), s.requests()}
}

func readCPU(s servers) cpuReading {
	r := cpuReading{allCPU(), ownCPU(syscall.RUSAGE_SELF), ownCPU(syscall.RUSAGE_CHILDREN)}
	for _, pid := range s.pids() {
		r.far += cpuOf(pid)
	}
	return r
}

// stop is for when all processes of the run have been waited for.
func (m meter) stop(s *sample) {
	end := readCPU(m.servers)
	far := end.far - m.begin.far
	mine := far + end.children - m.begin.children
	s.FarCPU = far.Seconds()
	s.OtherCPU = max(0, end.all-m.begin.all-mine).Seconds()
	s.Requests = -1
	if m.requests >= 0 {
		s.Requests = m.servers.requests() - m.requests
	}
}

// allCPU is that of all processes.
func allCPU() (sum time.Duration) {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	for i, word := range strings.Fields(line) {
		switch i {
		case 1, 2, 3, 6, 7: // user, nice, system, irq, softirq
			sum += ticks(word)
		}
	}
	return sum
}

// ownCPU is that of this program, or of the children that it has waited for.
func ownCPU(who int) time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(who, &usage)
	return cpuTime(&usage)
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

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Memory of processes is looked at this often; in a long run as often as makes
// so many looks in all, since each costs what is being measured.
const (
	memoryTick  = 20 * time.Millisecond
	memoryLooks = 100
)

// peak is the most memory, in bytes, that a process and all its descendants
// had at one time.
type peak struct {
	proportional int64 // sum of Pss: a shared page counts once
	highWater    int64 // sum of VmHWM: each process's own peak, so never too low
}

// memoryWatch looks at a family of processes until it is stopped.
type memoryWatch struct {
	stop chan struct{}
	done chan peak
}

// nobody is for a watch that looks at no process.
func nobody() int { return 0 }

// watchMemory watches the process that find gives, once it gives one, and all
// its descendants, also when they have become orphans.
func watchMemory(find func() int) memoryWatch {
	w := memoryWatch{make(chan struct{}), make(chan peak)}
	go func() {
		var most peak
		family := map[int]bool{}
		begin := time.Now()
		for {
			if pid := find(); pid != 0 {
				family[pid] = true
			}
			most = most.or(look(family))
			select {
			case <-time.After(max(memoryTick, time.Since(begin)/memoryLooks)):
			case <-w.stop:
				w.done <- most
				return
			}
		}
	}()
	return w
}

func (w memoryWatch) end() peak {
	close(w.stop)
	return <-w.done
}

func (p peak) or(q peak) peak {
	return peak{max(p.proportional, q.proportional), max(p.highWater, q.highWater)}
}

// look adds new descendants to the family, drops who is gone, and sums.
func look(family map[int]bool) peak {
	for pid := range family {
		adopt(family, pid)
	}
	var sum peak
	for pid := range family {
		highWater := kilobytes(pid, "status", "VmHWM:")
		if highWater == 0 {
			delete(family, pid)
			continue
		}
		sum.highWater += highWater
		sum.proportional += kilobytes(pid, "smaps_rollup", "Pss:")
	}
	return sum
}

// adopt adds the children of a process's main thread, and theirs; to look at
// every thread each time would cost what is being measured.
func adopt(family map[int]bool, pid int) {
	for _, child := range listed(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)) {
		if !family[child] {
			family[child] = true
			adopt(family, child)
		}
	}
}

// kilobytes reads "NAME  N kB" from a file of /proc/PID, as bytes; 0 if the
// process has ended.
func kilobytes(pid int, file, name string) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	_, rest, _ := strings.Cut(string(text), "\n"+name)
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(fields[0], 10, 64)
	return n * 1024
}

// childRunning finds the child of a process that runs this program; only until
// it is found, since the go command has many children.
func childRunning(parent int, program string) func() int {
	program, _ = filepath.EvalSymlinks(program)
	found := 0
	return func() int {
		if found != 0 {
			return found
		}
		for _, child := range childrenOf(parent) {
			if exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", child)); exe == program {
				found = child
			}
		}
		return found
	}
}

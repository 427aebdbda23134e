package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// parents maps every process that is not a zombie to its parent.
func parents() map[int]int {
	found := map[int]int{}
	names, _ := os.ReadDir("/proc")
	for _, entry := range names {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if parent, running := processStat(pid); running {
			found[pid] = parent
		}
	}
	return found
}

// processStat is a process's parent, and whether it is there and no zombie.
func processStat(pid int) (parent int, running bool) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	// pid (comm) state ppid; comm may hold anything
	rest := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(rest) < 2 {
		return 0, false
	}
	parent, _ = strconv.Atoi(rest[1])
	return parent, rest[0] != "Z" && rest[0] != "X"
}

// descendants are the living children of pid, their children, and so on.
func descendants(pid int) []int {
	all := parents()
	var found []int
	for child := range all {
		for p := all[child]; p > 1; p = all[p] {
			if p == pid {
				found = append(found, child)
				break
			}
		}
	}
	return found
}

// marked are the living processes with this NAME=VALUE in their environment.
func marked(variable string) []int {
	var found []int
	want := []byte("\x00" + variable + "\x00")
	for pid := range parents() {
		env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if bytes.Contains(append([]byte{0}, env...), want) {
			found = append(found, pid)
		}
	}
	return found
}

// helpersIn are the living processes of the program that were started with
// this GOCACHE: fronts and mirrors, also of a front that is gone.
func helpersIn(t testing.TB, cache string) []int {
	t.Helper()
	name := filepath.Base(program(t))
	var found []int
	for _, pid := range marked("GOCACHE=" + cache) {
		comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if strings.HasPrefix(string(comm), name) {
			found = append(found, pid)
		}
	}
	return found
}

// mirrorsIn are those of helpersIn whose parent is one of them.
func mirrorsIn(t testing.TB, cache string) []int {
	t.Helper()
	all := helpersIn(t, cache)
	parent := parents()
	var found []int
	for _, pid := range all {
		for _, front := range all {
			if parent[pid] == front {
				found = append(found, pid)
			}
		}
	}
	return found
}

// mirror waits for the one process that the helper keeps for the network.
func (h *helper) mirror() int {
	h.t.Helper()
	var found []int
	waitFor(h.t, "a mirror", hang, func() bool {
		found = descendants(h.cmd.Process.Pid)
		return len(found) == 1
	})
	return found[0]
}

// processes are the helper's own and all that it started.
func (h *helper) processes() []int {
	pid := h.cmd.Process.Pid
	return append(descendants(pid), pid)
}

// leave ends the conversation and waits for the mirror too, which may have
// something to finish behind go's back.
func (h *helper) leave() {
	h.t.Helper()
	mirrors := descendants(h.cmd.Process.Pid)
	h.end()
	waitFor(h.t, "the end of the mirror", hang, func() bool { return !slices.ContainsFunc(mirrors, isRunning) })
}

// heard waits until the helper has taken every signal that it was sent.
func (h *helper) heard() {
	h.t.Helper()
	waitFor(h.t, "the helper to take its signals", hang, func() bool {
		return !slices.ContainsFunc([]string{"SigPnd", "ShdPnd"}, func(field string) bool {
			return strings.Trim(statusField(h.cmd.Process.Pid, field), "0") != ""
		})
	})
}

func isRunning(pid int) bool {
	_, running := processStat(pid)
	return running
}

// goneWithin wants that no process of the program is left with this GOCACHE.
func goneWithin(t testing.TB, cache string, limit time.Duration) {
	t.Helper()
	var left []int
	waitFor(t, "the end of every helper", limit, func() bool {
		left = helpersIn(t, cache)
		return len(left) == 0
	})
}

// waitFor polls until ok, for the given time at most.
func waitFor(t testing.TB, what string, limit time.Duration, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, limit)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// statusField reads one field of /proc/PID/status.
func statusField(pid int, field string) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// statusKB reads one that is given in kB.
func statusKB(pid int, field string) int {
	n, _ := strconv.Atoi(strings.TrimSuffix(statusField(pid, field), " kB"))
	return n
}

// peakKB is the sum of the peak resident sizes of the helper's processes so
// far.
func (h *helper) peakKB() int {
	sum := 0
	for _, pid := range h.processes() {
		sum += statusKB(pid, "VmHWM")
	}
	return sum
}

// inLittleMemory wants that the release has needed no more than is promised.
func (h *helper) inLittleMemory() {
	h.t.Helper()
	if kb := h.peakKB(); isRelease(h.t) && kb > memoryLimitKB {
		h.t.Errorf("%d kB of memory, want %d at most", kb, memoryLimitKB)
	}
}

// watchPeak follows the helper's processes until the returned function is
// called, which gives the sum of their peak resident sizes in kB.
func (h *helper) watchPeak() func() int {
	stop, peaks := make(chan struct{}), make(chan map[int]int)
	go func() {
		peak := map[int]int{}
		for {
			for _, pid := range h.processes() {
				peak[pid] = max(peak[pid], statusKB(pid, "VmHWM"))
			}
			select {
			case <-stop:
				peaks <- peak
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() int {
		close(stop)
		sum := 0
		for _, kb := range <-peaks {
			sum += kb
		}
		return sum
	}
}

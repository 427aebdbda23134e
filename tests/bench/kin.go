package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// becomeReaper makes processes whose parent ended children of this one, so
// that a helper which outlives the go command can be waited for, and so that
// the kernel's own account of its CPU time can be had.
func becomeReaper() error {
	const setChildSubreaper = 36 // PR_SET_CHILD_SUBREAPER in linux/prctl.h
	_, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0)
	if errno != 0 {
		return fmt.Errorf("prctl: %w", errno)
	}
	return nil
}

// childrenOf lists the children of all threads of a process.
func childrenOf(pid int) []int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var found []int
	for _, list := range lists {
		found = append(found, listed(list)...)
	}
	return found
}

// listed reads the process ids in a file.
func listed(file string) []int {
	text, _ := os.ReadFile(file)
	var found []int
	for _, word := range strings.Fields(string(text)) {
		pid, _ := strconv.Atoi(word)
		found = append(found, pid)
	}
	return found
}

// reapOrphans waits until no child is left but the given ones, and says how
// much CPU time the others took, with all children of theirs.
func reapOrphans(but []int, within time.Duration) (time.Duration, error) {
	var cpu time.Duration
	for deadline := time.Now().Add(within); ; time.Sleep(time.Millisecond) {
		orphans := slices.DeleteFunc(childrenOf(os.Getpid()),
			func(pid int) bool { return slices.Contains(but, pid) })
		if len(orphans) == 0 {
			return cpu, nil
		}
		if time.Now().After(deadline) {
			return cpu, fmt.Errorf("processes %v are still there after %v", orphans, within)
		}
		for _, pid := range orphans {
			var usage syscall.Rusage
			if got, _ := syscall.Wait4(pid, nil, syscall.WNOHANG, &usage); got == pid {
				cpu += cpuTime(&usage)
			}
		}
	}
}

func cpuTime(usage *syscall.Rusage) time.Duration {
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

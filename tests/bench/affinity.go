package main

import (
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"
)

// cpuSet is the kernel's set of processors, a bit each.
type cpuSet [16]uint64

// startOn starts a command that may use so many processors; 0 is all.
func startOn(cpus int, run *exec.Cmd) error {
	if cpus == 0 {
		return run.Start()
	}
	runtime.LockOSThread() // a new process has the set of the thread that starts it
	defer runtime.UnlockOSThread()
	var all cpuSet
	if err := affinity(syscall.SYS_SCHED_GETAFFINITY, &all); err != nil {
		return err
	}
	few := all.first(cpus)
	if err := affinity(syscall.SYS_SCHED_SETAFFINITY, &few); err != nil {
		return err
	}
	defer affinity(syscall.SYS_SCHED_SETAFFINITY, &all)
	return run.Start()
}

func affinity(call uintptr, set *cpuSet) error {
	_, _, errno := syscall.RawSyscall(call, 0, unsafe.Sizeof(*set), uintptr(unsafe.Pointer(set)))
	if errno != 0 {
		return fmt.Errorf("sched affinity: %w", errno)
	}
	return nil
}

// first is the subset of the first n.
func (c cpuSet) first(n int) (few cpuSet) {
	for i, word := range c {
		for bit := uint64(1); bit != 0; bit <<= 1 {
			if word&bit != 0 && n > 0 {
				few[i] |= bit
				n--
			}
		}
	}
	return few
}

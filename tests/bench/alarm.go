package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// alarm is a sleep that is exact to some hundredths of a millisecond. The
// runtime's own rounds up to whole milliseconds when a program is idle, which
// makes two of a round trip of one.
type alarm struct{ timer *os.File }

// From linux/timerfd.h and linux/time.h.
const (
	clockMonotonic = 1
	timerFlags     = syscall.O_NONBLOCK | syscall.O_CLOEXEC
)

func newAlarm() (alarm, error) {
	fd, _, errno := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, clockMonotonic, timerFlags, 0)
	if errno != 0 {
		return alarm{}, fmt.Errorf("timerfd_create: %w", errno)
	}
	return alarm{os.NewFile(fd, "timer")}, nil
}

func (a alarm) close() { a.timer.Close() }

func (a alarm) sleepUntil(when time.Time) error {
	left := time.Until(when)
	if left <= 0 {
		return nil
	}
	if err := a.set(left); err != nil {
		return err
	}
	_, err := a.timer.Read(make([]byte, 8))
	return err
}

func (a alarm) set(after time.Duration) error {
	raw, err := a.timer.SyscallConn()
	if err != nil {
		return err
	}
	spec := [2]syscall.Timespec{1: syscall.NsecToTimespec(after.Nanoseconds())} // interval, value
	var errno syscall.Errno
	err = raw.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall6(syscall.SYS_TIMERFD_SETTIME, fd, 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
	})
	if errno != 0 {
		return fmt.Errorf("timerfd_settime: %w", errno)
	}
	return err
}

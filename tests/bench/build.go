package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Whoever uploads after the go command has ended gets so long.
const tailMax = 15 * time.Minute

// trial is one run of the go command, or of a helper, as it is set up.
type trial struct {
	who     contender
	work    work
	machine machine
	place   place
	line    *line // nil: nothing in between, nothing counted
	watched bool  // look at memory
	cpus    int   // how many it may use; 0: all
}

// build runs the go command and waits for all that it leaves behind.
func (b *bench) build(t trial) sample {
	place := t.place.on(t.machine)
	os.Remove(t.machine.at("built")) // or go would not link again
	var said bytes.Buffer
	run := exec.Command(filepath.Join(b.toolchain.root, "bin", "go"), t.work.on(t.machine)...)
	run.Dir, run.Stdout, run.Stderr = t.work.dir, &said, &said
	run.Env = slices.Concat(t.machine.environ(), b.toolchain.environ(), t.work.env, t.who.environ(place))
	if len(t.who.command) > 0 {
		run.Env = append(run.Env, t.who.goCacheProg(place))
	}
	meter, begin := startMeter(b.servers()), time.Now()
	if err := startOn(t.cpus, run); err != nil {
		return sample{Failure: err.Error()}
	}
	find := nobody
	if t.watched && len(t.who.command) > 0 {
		find = childRunning(run.Process.Pid, t.who.command[0])
	}
	memory := watchMemory(find)
	err := run.Wait()
	s := sample{Seconds: time.Since(begin).Seconds()}
	ended := time.Now()
	cpu, late := reapOrphans(b.servers().pids(), tailMax)
	s.TailSeconds = time.Since(ended).Seconds()
	s.setMemory(memory.end())
	s.GoCPU = cpuTime(run.ProcessState.SysUsage().(*syscall.Rusage)).Seconds()
	s.HelperCPU = cpu.Seconds()
	s.listen(said.String())
	meter.stop(&s)
	s.count(t.line)
	s.takeStats(place.stats)
	for _, err := range []error{err, late} {
		if err != nil {
			s.Failure = err.Error() + ": " + s.Said
		}
	}
	return s
}

func (s *sample) setMemory(p peak) { s.Proportional, s.HighWater = p.proportional, p.highWater }

func (s *sample) count(l *line) {
	if l == nil {
		return
	}
	up, down := l.up.seen(), l.down.seen()
	s.Connections, s.AtOnce = l.callers.seen()
	s.Up, s.Down = up.bytes, down.bytes
	s.Flying, s.DownMbps = down.mostFlying, down.mbps()
}

var testsRun = regexp.MustCompile(`(?m)^(ok|FAIL)\s+\S+\s+[0-9.]+s`)

// listen takes what go and helper have said.
func (s *sample) listen(said string) {
	s.Said = lastLine(said)
	s.Compiled = strings.Count(said, "/compile -o ")
	s.Tested = len(testsRun.FindAllString(said, -1))
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// takeStats takes the last line of a file that -stats wrote, and removes it. If
// the server does not count requests, gocache-s3's own count serves.
func (s *sample) takeStats(file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		return
	}
	os.Remove(file)
	line := []byte(lastLine(string(text)))
	var own struct{ Mirror struct{ Requests int64 } }
	if json.Unmarshal(line, &own) != nil {
		return
	}
	s.Stats = line
	if s.Requests < 0 {
		s.Requests = own.Mirror.Requests
	}
}

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Whoever uploads after the go command has ended gets so long.
const tailMax = 15 * time.Minute

// trial is one run of the go command as it is set up.
type trial struct {
	who     contender
	machine machine
	place   place
	line    *line // nil: nothing in between, nothing counted
	watched bool  // look at memory
}

// build runs the go command and waits for all that it leaves behind.
func (b *bench) build(t trial) sample {
	t.place.local = t.machine.at("local")
	os.Remove(t.machine.at("built")) // or go would not link again
	var said bytes.Buffer
	run := exec.Command(filepath.Join(b.toolchain.root, "bin", "go"), b.work.on(t.machine)...)
	run.Dir, run.Stdout, run.Stderr = b.work.dir, &said, &said
	run.Env = append(append(t.machine.environ(), b.toolchain.environ()...), t.who.environ(t.place)...)
	if len(t.who.command) > 0 {
		run.Env = append(run.Env, t.who.goCacheProg(t.place))
	}
	meter, begin := startMeter(b.serverPids()), time.Now()
	if err := run.Start(); err != nil {
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
	cpu, late := reapOrphans(b.serverPids(), tailMax)
	s.TailSeconds = time.Since(ended).Seconds()
	s.setMemory(memory.end())
	s.GoCPU = cpuTime(run.ProcessState.SysUsage().(*syscall.Rusage)).Seconds()
	s.HelperCPU = cpu.Seconds()
	far, others := meter.stop()
	s.FarCPU, s.OtherCPU = far.Seconds(), others.Seconds()
	s.Requests, s.Said = requestsIn(said.String()), lastLine(said.String())
	s.Compiled = strings.Count(said.String(), "/compile -o ")
	s.count(t.line)
	for _, err := range []error{err, late} {
		if err != nil {
			s.Failure = err.Error() + ": " + s.Said
		}
	}
	return s
}

func (s *sample) setMemory(p peak) { s.Proportional, s.HighWater = p.proportional, p.highWater }

func (s *sample) count(l *line) {
	if l != nil {
		s.Connections, s.Up, s.Down = l.connections.Load(), l.up.bytes.Load(), l.down.bytes.Load()
	}
}

var requestsSaid = regexp.MustCompile(`(?m)^gocache-s3: .*\b(\d+) requests?\b`)

// requestsIn finds the count in the summary that gocache-s3 gives with -v.
func requestsIn(said string) int64 {
	found := requestsSaid.FindStringSubmatch(said)
	if found == nil {
		return -1
	}
	n, _ := strconv.ParseInt(found[1], 10, 64)
	return n
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"syscall"
	"time"
)

// session is a helper that this program talks to as the go command would.
type session struct {
	process *exec.Cmd
	stdin   io.WriteCloser
	stdout  *bufio.Reader
	said    bytes.Buffer
	first   time.Duration // from the start to the first line
	memory  memoryWatch
	lastID  int
}

type reply struct {
	ID       int
	Err      string
	Miss     bool
	Size     int64
	DiskPath string
}

// startHelper starts a helper and waits for its first line.
func startHelper(t trial) (*session, error) {
	t.place.local = t.machine.at("local")
	words := t.place.fill(t.who.command)
	s := &session{process: exec.Command(words[0], words[1:]...)}
	s.process.Dir = t.machine.dir
	s.process.Env = append(t.machine.environ(), t.who.environ(t.place)...)
	s.process.Stderr = &s.said
	var errs [2]error
	s.stdin, errs[0] = s.process.StdinPipe()
	stdout, err := s.process.StdoutPipe()
	errs[1] = err
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	s.stdout = bufio.NewReader(stdout)
	begin := time.Now()
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	_, err = s.stdout.ReadString('\n')
	s.first = time.Since(begin)
	find := nobody
	if t.watched {
		find = func() int { return s.process.Process.Pid }
	}
	s.memory = watchMemory(find)
	return s, err
}

// end closes the helper's input and waits for all of its processes.
func (s *session) end(but []int) (usage sample, err error) {
	s.stdin.Close()
	if _, err := io.Copy(io.Discard, s.stdout); err != nil {
		return usage, err
	}
	err = s.process.Wait()
	cpu, late := reapOrphans(but, tailMax)
	usage.HelperCPU = (cpu + cpuTime(s.process.ProcessState.SysUsage().(*syscall.Rusage))).Seconds()
	usage.setMemory(s.memory.end())
	usage.Requests, usage.Said = requestsIn(s.said.String()), lastLine(s.said.String())
	return usage, errors.Join(err, late)
}

// ask sends a request, and a body if there is one, and waits for its reply.
func (s *session) ask(request map[string]any, body io.Reader) (reply, error) {
	s.lastID++
	request["ID"] = s.lastID
	text, err := json.Marshal(request)
	if err != nil {
		return reply{}, err
	}
	w := bufio.NewWriterSize(s.stdin, 64<<10)
	fmt.Fprintf(w, "%s\n\n", text)
	if body != nil {
		w.WriteByte('"')
		encoder := base64.NewEncoder(base64.StdEncoding, w)
		if _, err := io.Copy(encoder, body); err != nil {
			return reply{}, err
		}
		encoder.Close()
		w.WriteString("\"\n")
	}
	if err := w.Flush(); err != nil {
		return reply{}, err
	}
	return s.hear()
}

func (s *session) hear() (reply, error) {
	var r reply
	line, err := s.stdout.ReadBytes('\n')
	if err != nil {
		return r, fmt.Errorf("%w: %s", err, lastLine(s.said.String()))
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, err
	}
	if r.Err != "" {
		return r, errors.New(r.Err)
	}
	return r, nil
}

// artifact is one body that does not compress, made anew for each reader.
type artifact struct {
	size           int64
	action, output [sha256.Size]byte
}

func newArtifact(size int64) (artifact, error) {
	a := artifact{size: size, action: sha256.Sum256([]byte("the large artifact"))}
	hash := sha256.New()
	_, err := io.Copy(hash, a.body())
	hash.Sum(a.output[:0])
	return a, err
}

func (a artifact) body() io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{}), a.size)
}

func (s *session) put(a artifact) error {
	_, err := s.ask(map[string]any{"Command": "put", "ActionID": a.action[:],
		"OutputID": a.output[:], "BodySize": a.size}, a.body())
	return err
}

func (s *session) get(a artifact) error {
	got, err := s.ask(map[string]any{"Command": "get", "ActionID": a.action[:]}, nil)
	if err != nil {
		return err
	}
	if got.Miss || got.Size != a.size {
		return fmt.Errorf("the artifact of %d bytes came back as %+v: %s", a.size, got, lastLine(s.said.String()))
	}
	return nil
}

func (s *session) close() error {
	_, err := s.ask(map[string]any{"Command": "close"}, nil)
	return err
}

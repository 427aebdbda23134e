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
	process  *exec.Cmd
	stdin    io.WriteCloser
	requests *bufio.Writer
	replies  *bufio.Reader
	said     bytes.Buffer
	first    time.Duration // from the start to the first line
	memory   memoryWatch
	meter    meter
	stats    string
	lastID   int
}

type request struct {
	ID       int
	Command  string
	ActionID []byte `json:",omitempty"`
	OutputID []byte `json:",omitempty"`
	BodySize int64  `json:",omitempty"`
}

type reply struct {
	ID       int
	Err      string
	Miss     bool
	Size     int64
	DiskPath string
}

// startHelper starts a helper and waits for its first line.
func (b *bench) startHelper(t trial) (*session, error) {
	place := t.place.on(t.machine)
	words := place.fill(t.who.command)
	s := &session{process: exec.Command(words[0], words[1:]...), stats: place.stats}
	s.process.Dir = t.machine.dir
	s.process.Env = append(t.machine.environ(), t.who.environ(place)...)
	s.process.Stderr = &s.said
	if err := s.openPipes(); err != nil {
		return nil, err
	}
	s.meter = startMeter(b.servers())
	begin := time.Now()
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	_, err := s.replies.ReadString('\n')
	s.first = time.Since(begin)
	find := nobody
	if t.watched {
		find = func() int { return s.process.Process.Pid }
	}
	s.memory = watchMemory(find)
	return s, err
}

func (s *session) openPipes() error {
	stdin, err := s.process.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := s.process.StdoutPipe()
	s.stdin, s.requests, s.replies = stdin, bufio.NewWriterSize(stdin, 64<<10), bufio.NewReader(stdout)
	return err
}

// end closes the helper's input and waits for all of its processes.
func (s *session) end() (usage sample, err error) {
	ended := time.Now()
	s.stdin.Close()
	if _, err := io.Copy(io.Discard, s.replies); err != nil {
		return usage, err
	}
	err = s.process.Wait()
	cpu, late := reapOrphans(s.meter.servers.pids(), tailMax)
	usage.TailSeconds = time.Since(ended).Seconds()
	usage.HelperCPU = (cpu + cpuTime(s.process.ProcessState.SysUsage().(*syscall.Rusage))).Seconds()
	usage.setMemory(s.memory.end())
	usage.listen(s.said.String())
	s.meter.stop(&usage)
	usage.takeStats(s.stats)
	return usage, errors.Join(err, late)
}

// send gives a request the next number and writes it, with a body if there is
// one.
func (s *session) send(r request, body io.Reader) error {
	s.lastID++
	r.ID = s.lastID
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.requests, "%s\n\n", text)
	if body != nil {
		s.requests.WriteByte('"')
		encoder := base64.NewEncoder(base64.StdEncoding, s.requests)
		if _, err := io.Copy(encoder, body); err != nil {
			return err
		}
		encoder.Close()
		s.requests.WriteString("\"\n")
	}
	return s.requests.Flush()
}

func (s *session) hear() (reply, error) {
	var r reply
	line, err := s.replies.ReadBytes('\n')
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

func (s *session) ask(r request, body io.Reader) (reply, error) {
	if err := s.send(r, body); err != nil {
		return reply{}, err
	}
	return s.hear()
}

func (s *session) close() error {
	_, err := s.ask(request{Command: "close"}, nil)
	return err
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
	_, err := s.ask(request{Command: "put", ActionID: a.action[:], OutputID: a.output[:], BodySize: a.size}, a.body())
	return err
}

func (s *session) get(a artifact) error {
	got, err := s.ask(request{Command: "get", ActionID: a.action[:]}, nil)
	if err != nil {
		return err
	}
	if got.Miss || got.Size != a.size {
		return fmt.Errorf("the artifact of %d bytes came back as %+v: %s", a.size, got, lastLine(s.said.String()))
	}
	return nil
}

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// helper is a running gocache-s3 and the pipes that go would hold. Its
// methods fail the test when the helper does not keep to the protocol.
type helper struct {
	t       testing.TB
	machine config
	cmd     *exec.Cmd
	stdin   *os.File
	stdout  *tap
	stderr  *tap
	done    chan struct{} // closed when the process is gone
	lastID  int64

	mu      sync.Mutex
	hello   reply
	greeted chan struct{}
	replies map[int64]chan reply
}

// tap collects what one pipe delivers.
type tap struct {
	mu   sync.Mutex
	text bytes.Buffer
	eof  chan struct{}
}

func (p *tap) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func (p *tap) add(text []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.Write(text)
}

// start starts the helper and waits for its first line.
func start(t testing.TB, c config) *helper {
	t.Helper()
	h := launch(t, c, nil)
	select {
	case <-h.greeted:
	case <-time.After(hang):
		t.Fatalf("no first line within %v; stderr: %s", hang, h.stderr)
	case <-h.stdout.eof:
		t.Fatalf("no first line; stderr: %s", h.stderr)
	}
	want := "get put close"
	if got := strings.Join(h.hello.KnownCommands, " "); h.hello.ID != 0 || got != want {
		t.Fatalf("first line: ID %d, commands %q, want ID 0, %q", h.hello.ID, got, want)
	}
	return h
}

// launch starts the helper and waits for nothing. change may alter the
// command before it runs.
func launch(t testing.TB, c config, change func(*exec.Cmd)) *helper {
	t.Helper()
	h := &helper{t: t, machine: c, done: make(chan struct{}), greeted: make(chan struct{}),
		replies: map[int64]chan reply{},
		stdout:  &tap{eof: make(chan struct{})},
		stderr:  &tap{eof: make(chan struct{})}}
	h.cmd = exec.Command(program(t), c.args...)
	h.cmd.Env = c.environ()
	h.cmd.Dir = c.dir
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	inR, inW := pipe(t)
	outR, outW := pipe(t)
	errR, errW := pipe(t)
	h.cmd.Stdin, h.cmd.Stdout, h.cmd.Stderr, h.stdin = inR, outW, errW, inW
	if change != nil {
		change(h.cmd)
	}
	err := h.cmd.Start()
	for _, theirs := range []*os.File{inR, outW, errW} {
		theirs.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	go h.readReplies(outR)
	go h.readErrors(errR)
	go func() { h.cmd.Wait(); close(h.done) }()
	t.Cleanup(h.kill)
	return h
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// kill ends what a failed test left behind; config.settle does the rest.
func (h *helper) kill() {
	h.stdin.Close()
	select {
	case <-h.done:
	default:
		h.cmd.Process.Kill()
		<-h.done
	}
}

func (h *helper) readReplies(r *os.File) {
	defer close(h.stdout.eof)
	defer r.Close()
	in := bufio.NewReaderSize(r, 1<<16)
	for first := true; ; first = false {
		line, err := in.ReadBytes('\n')
		h.stdout.add(line)
		if err != nil {
			return
		}
		var got reply
		if err := json.Unmarshal(line, &got); err != nil {
			h.t.Errorf("stdout: %v in %q", err, line)
			return
		}
		if first {
			h.hello = got
			close(h.greeted)
			continue
		}
		h.mailbox(got.ID) <- got
	}
}

func (h *helper) readErrors(r *os.File) {
	defer close(h.stderr.eof)
	defer r.Close()
	chunk := make([]byte, 4096)
	for {
		n, err := r.Read(chunk)
		h.stderr.add(chunk[:n])
		if err != nil {
			return
		}
	}
}

// mailbox is where the reply to one request arrives.
func (h *helper) mailbox(n int64) chan reply {
	h.mu.Lock()
	defer h.mu.Unlock()
	box := h.replies[n]
	if box == nil {
		box = make(chan reply, 4)
		h.replies[n] = box
	}
	return box
}

// raw writes bytes to the helper's standard input.
func (h *helper) raw(text []byte) {
	h.t.Helper()
	if _, err := h.stdin.Write(text); err != nil {
		h.t.Fatalf("write to the helper: %v; stderr: %s", err, h.stderr)
	}
}

// offer writes bytes to a helper that may have given up already.
func (h *helper) offer(text []byte) {
	h.t.Helper()
	if _, err := h.stdin.Write(text); err != nil && !errors.Is(err, syscall.EPIPE) {
		h.t.Fatalf("write to the helper: %v", err)
	}
}

func (h *helper) nextID() int64 {
	h.lastID++
	return h.lastID
}

// await waits for the reply to request n.
func (h *helper) await(n int64, within time.Duration) reply {
	h.t.Helper()
	select {
	case got := <-h.mailbox(n):
		return got
	case <-time.After(within):
		h.t.Fatalf("no reply to request %d within %v; stderr: %s", n, within, h.stderr)
	case <-h.stdout.eof:
		select {
		case got := <-h.mailbox(n):
			return got
		default:
			h.t.Fatalf("the helper ended before it replied to request %d; stderr: %s", n, h.stderr)
		}
	}
	return reply{}
}

// get asks for an entry and waits for the reply.
func (h *helper) get(action id) reply {
	h.t.Helper()
	n := h.nextID()
	h.raw(getRequest(n, action).encode(nil))
	got := h.await(n, patience)
	if got.Err != "" {
		h.t.Fatalf("get was answered with an error: %s", got.Err)
	}
	return got
}

// put stores an entry; the reply must be one that cmd/go can live with.
func (h *helper) put(action id, body []byte) reply {
	h.t.Helper()
	n := h.nextID()
	h.raw(putRequest(n, action, body).encode(body))
	got := h.await(n, prompt+time.Duration(len(body)>>20)*200*time.Millisecond)
	if got.Err != "" || got.DiskPath == "" {
		h.t.Fatalf("put was answered with DiskPath %q, error %q", got.DiskPath, got.Err)
	}
	return got
}

// hit is a get that must find exactly this body.
func (h *helper) hit(action id, body []byte) reply {
	h.t.Helper()
	got := h.get(action)
	h.check(got, body)
	return got
}

// check says whether a reply is a whole and right hit.
func (h *helper) check(got reply, body []byte) {
	h.t.Helper()
	output := outputOf(body)
	if got.Miss {
		h.t.Fatalf("a miss, want a hit; stderr: %s", h.stderr)
	}
	if !bytes.Equal(got.OutputID, output[:]) || got.Size != int64(len(body)) {
		h.t.Fatalf("hit with OutputID %x, size %d, want %x, %d", got.OutputID, got.Size, output, len(body))
	}
	if got.Time == nil || got.Time.IsZero() {
		h.t.Fatalf("hit without Time")
	}
	if !filepath.IsAbs(got.DiskPath) || filepath.Ext(got.DiskPath) != "" {
		h.t.Fatalf("DiskPath %q must be absolute and without extension", got.DiskPath)
	}
	stored, err := os.ReadFile(got.DiskPath)
	if err != nil {
		h.t.Fatal(err)
	}
	if !bytes.Equal(stored, body) {
		h.t.Fatalf("%s holds %d bytes that are not the body of %d", got.DiskPath, len(stored), len(body))
	}
}

// miss is a get that must find nothing.
func (h *helper) miss(action id) {
	h.t.Helper()
	if got := h.get(action); !got.Miss {
		h.t.Fatalf("a hit (%s, %d bytes), want a miss", got.DiskPath, got.Size)
	}
}

// close says close and waits for the reply, for the given time at most.
func (h *helper) close(within time.Duration) {
	h.t.Helper()
	n := h.nextID()
	h.raw(request{ID: n, Command: "close"}.encode(nil))
	if got := h.await(n, within); got.Err != "" {
		h.t.Fatalf("close was answered with an error: %s", got.Err)
	}
}

// exit waits until the process is gone and gives its status.
func (h *helper) exit(within time.Duration) int {
	h.t.Helper()
	select {
	case <-h.done:
	case <-time.After(within):
		h.t.Fatalf("the helper is still there after %v; stderr: %s", within, h.stderr)
	}
	for _, pipe := range []*tap{h.stdout, h.stderr} {
		select {
		case <-pipe.eof:
		case <-time.After(prompt):
			h.t.Fatalf("a pipe of the helper is still held open %v after it ended", prompt)
		}
	}
	return h.cmd.ProcessState.ExitCode()
}

// end closes the conversation as `go build` does and wants exit 0.
func (h *helper) end() {
	h.t.Helper()
	h.close(hang)
	h.stdin.Close()
	h.exitZero()
}

func (h *helper) exitZero() {
	h.t.Helper()
	if code := h.exit(prompt); code != 0 {
		h.t.Fatalf("exit %d, want 0; stderr: %s", code, h.stderr)
	}
}

// quiet wants an empty stderr, as cmd/go's own scripts do.
func (h *helper) quiet() {
	h.t.Helper()
	if text := h.stderr.String(); text != "" {
		h.t.Fatalf("stderr must be empty on success, got: %s", text)
	}
}

// said wants lines of the program's own form, between least and most many,
// and gives them back.
func (h *helper) said(least, most int) []string {
	h.t.Helper()
	all := lines(h.stderr.String())
	if len(all) < least || len(all) > most {
		h.t.Fatalf("%d lines on stderr, want %d to %d:\n%s", len(all), least, most, h.stderr)
	}
	for _, line := range all {
		if !strings.HasPrefix(line, "gocache-s3: ") || len(line) > 600 {
			h.t.Fatalf("not a line of ours: %q", line)
		}
	}
	return all
}

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// cli runs the program with no input to its end.
func cli(t testing.TB, c config, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	var out, errors bytes.Buffer
	cmd := exec.Command(program(t), args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.environ(), &out, &errors
	cmd.Run()
	return cmd.ProcessState.ExitCode(), out.String(), errors.String()
}

func TestVersion(t *testing.T) {
	t.Parallel()
	code, out, errors := cli(t, newConfig(t), "-version")
	if code != 0 || !strings.HasPrefix(out, "gocache-s3 ") || errors != "" {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, errors)
	}
}

// Every option has a flag and a variable, and -h names both.
func TestHelpNamesEveryOption(t *testing.T) {
	t.Parallel()
	code, out, errors := cli(t, newConfig(t), "-h")
	text := out + errors
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	for _, name := range []string{"bucket", "prefix", "path-style", "read-only", "cache-dir", "drain", "strict"} {
		variable := "GOCACHE_S3_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if !strings.Contains(text, "-"+name) || !strings.Contains(text, variable) {
			t.Errorf("-h does not name -%s and %s", name, variable)
		}
	}
}

func TestWrongArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-nonsense"}, {"nonsense"}, {"-bucket"}, {"-drain=soon"}, {"-drain", "-1s"},
		{"-read-only=perhaps"}, {"---bucket=x"}, {"-=x"}, {"-drain=99999999999h"},
	} {
		code, out, errors := cli(t, newConfig(t), args...)
		if code != 2 || out != "" || !strings.HasPrefix(errors, "gocache-s3: ") {
			t.Errorf("%q: exit %d, want 2; stdout %q, stderr %q", args, code, out, errors)
		}
	}
}

// Flags are spelled as Go's flag package takes them, flags win over
// variables, and empty variables are unset. What was understood shows in the
// key that is asked for.
func TestSpellingsOfOptions(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		args []string
		env  []string
		want string // the start of the path that is asked for
	}{
		{"variables", nil, []string{"GOCACHE_S3_BUCKET=fromenv", "GOCACHE_S3_PREFIX=p", "GOCACHE_S3_PATH_STYLE=1"}, "/fromenv/p/"},
		{"-x v", []string{"-bucket", "b", "-prefix", "q"}, nil, "/b/q/"},
		{"-x=v", []string{"-bucket=b", "-prefix=q"}, nil, "/b/q/"},
		{"--x=v", []string{"--bucket=b", "--prefix=q"}, nil, "/b/q/"},
		{"--x v", []string{"--bucket", "b", "--prefix", "q"}, nil, "/b/q/"},
		{"flags win", []string{"-bucket=b"}, []string{"GOCACHE_S3_BUCKET=fromenv"}, "/b/"},
		{"an empty variable is unset", []string{"-bucket=b"}, []string{"GOCACHE_S3_PREFIX=", "GOCACHE_S3_READ_ONLY="}, "/b/"},
		{"a bool alone", []string{"-bucket=b", "-path-style", "-read-only"}, nil, "/b/"},
		{"a bool with a value", []string{"-bucket=b", "-path-style=true", "-v=false"}, nil, "/b/"},
		{"the last one wins", []string{"-bucket=a", "-bucket=b"}, nil, "/b/"},
		{"a prefix with slashes", []string{"-bucket=b", "-prefix=team/main"}, nil, "/b/team/main/"},
		{"a prefix that ends in a slash", []string{"-bucket=b", "-prefix=team/"}, nil, "/b/team/"},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, nil)
			c := at(t, s.store).set("GOCACHE_S3_BUCKET=").set(test.env...).with(test.args...)
			h := start(t, c)
			h.miss(victim)
			h.end()
			seen := s.requests("GET", victim.hex())
			if len(seen) != 1 || seen[0].target != test.want+victim.hex() {
				t.Errorf("asked for %v, want %s%s; stderr: %s", seen, test.want, victim.hex(), h.stderr)
			}
		})
	}
}

// Without a bucket: a warning that says what to set, and a local cache.
func TestNoBucketIsALocalCache(t *testing.T) {
	t.Parallel()
	c := newConfig(t)
	h := start(t, c)
	h.put(victim, sample)
	h.hit(victim, sample)
	h.end()
	if line := h.said(1, 1)[0]; !strings.Contains(line, "GOCACHE_S3_BUCKET") {
		t.Errorf("the warning does not say what to set: %s", line)
	}
	again := start(t, c)
	again.hit(victim, sample)
	again.end()
}

// At a terminal nobody waits for JSON in silence.
func TestAtATerminalItExplainsItself(t *testing.T) {
	t.Parallel()
	master, slave := terminal(t)
	cmd := exec.Command(program(t))
	cmd.Env = newConfig(t).environ()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	text := make(chan string, 1)
	go func() {
		var all []byte
		chunk := make([]byte, 4096)
		for {
			n, err := master.Read(chunk)
			all = append(all, chunk[:n]...)
			if err != nil {
				text <- string(all)
				return
			}
		}
	}()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(hang):
		cmd.Process.Kill()
		t.Error("it waits for input")
	}
	if said := <-text; !strings.Contains(said, "GOCACHEPROG") {
		t.Errorf("it says only %q", said)
	}
}

// terminal opens a pseudo-terminal.
func terminal(t testing.TB) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { master.Close() })
	var number, unlock int32
	for request, arg := range map[uintptr]*int32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &unlock} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(arg))); errno != 0 {
			t.Skip("no pseudo-terminals here: ", errno)
		}
	}
	slave, err = os.OpenFile(filepath.Join("/dev/pts", fmt.Sprint(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	return master, slave
}

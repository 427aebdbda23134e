package e2e

import (
	"bytes"
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

// goVersions are the go commands that the helper must serve. Each is the
// newest of its minor version that the module proxy was seen to have.
var goVersions = []string{"go1.24.13", "go1.25.5", "go1.26.8", "go1.27.0"}

// goFacts is what the machine's own go command says, asked for once.
type goFacts struct {
	modCache string
	roots    map[string]string // by version
}

var facts = sync.OnceValues(func() (goFacts, error) {
	f := goFacts{roots: map[string]string{}}
	var err error
	if f.modCache, err = askGo("", "GOMODCACHE"); err != nil {
		return f, err
	}
	f.roots["local"], err = askGo("local", "GOROOT")
	return f, err
})

var rootsLock sync.Mutex

// goRoot is where a version of Go lies; the go command fetches it if need be.
func goRoot(t testing.TB, version string) string {
	t.Helper()
	f, err := facts()
	if err != nil {
		t.Fatal(err)
	}
	rootsLock.Lock()
	defer rootsLock.Unlock()
	if f.roots[version] == "" {
		root, err := askGo(version, "GOROOT")
		if err != nil {
			t.Fatal(err)
		}
		f.roots[version] = root
	}
	return f.roots[version]
}

func askGo(toolchain, name string) (string, error) {
	cmd := exec.Command("go", "env", name)
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+toolchain)
	if toolchain == "" {
		cmd.Env = os.Environ()
	}
	cmd.Dir = os.TempDir()
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// gocmd is a go command on one machine, with the helper or without.
type gocmd struct {
	config
	version string // of goVersions, or "local"
	plain   bool   // without the helper
	flags   string // more of GOFLAGS, which trims paths unless they say so
}

// result is what one run of the go command left.
type result struct {
	exit           int
	stdout, stderr string
	took           time.Duration
}

// withHelper is a go command that uses the helper as configured.
func withHelper(c config) gocmd { return gocmd{config: c, version: "local"} }

// withoutHelper is the same machine's go command alone.
func withoutHelper(c config) gocmd { return gocmd{config: c, version: "local", plain: true} }

func (g gocmd) in(version string) gocmd { g.version = version; return g }

// command is a go command ready to start in dir. With -trimpath, what one
// module directory compiled serves every other.
func (g gocmd) command(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	root := goRoot(t, g.version)
	f, _ := facts()
	cmd := exec.Command(filepath.Join(root, "bin", "go"), args...)
	cmd.Dir = dir
	cmd.Env = append(g.environ(),
		"GOROOT="+root, "GOTOOLCHAIN=local", "GOMODCACHE="+f.modCache,
		"GOPROXY=off", "GOSUMDB=off", "GOENV=off", "GOFLAGS="+strings.TrimSpace("-buildvcs=false -trimpath "+g.flags),
		"GOTELEMETRY=off", "GOPATH="+filepath.Join(g.dir, "gopath"))
	if !g.plain {
		cmd.Env = append(cmd.Env, "GOCACHEPROG="+strings.Join(append([]string{program(t)}, g.args...), " "))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// try runs a go command to its end, for minutes at most.
func (g gocmd) try(t testing.TB, dir string, args ...string) result {
	t.Helper()
	cmd := g.command(t, dir, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(10*time.Minute, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer timer.Stop()
	err := cmd.Wait()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), time.Since(begin)}
}

// run is a go command that must end with exit 0.
func (g gocmd) run(t testing.TB, dir string, args ...string) result {
	t.Helper()
	r := g.try(t, dir, args...)
	if r.exit != 0 {
		t.Fatalf("go %s: exit %d\n%s%s", strings.Join(args, " "), r.exit, r.stdout, r.stderr)
	}
	return r
}

// compiles builds with -x and counts the runs of the compiler and assembler.
func (g gocmd) compiles(t testing.TB, dir string, args ...string) int {
	t.Helper()
	verb := []string{args[0], "-x"}
	r := g.run(t, dir, append(verb, args[1:]...)...)
	return countTools(r.stderr)
}

func countTools(trace string) int {
	count := 0
	for _, line := range lines(trace) {
		for _, tool := range []string{"/compile -o ", "/asm -p ", "/cgo -objdir "} {
			if strings.Contains(line, tool) {
				count++
			}
		}
	}
	return count
}

// ours are the lines of stderr that the helper wrote.
func (r result) ours() []string {
	var found []string
	for _, line := range lines(r.stderr) {
		if strings.HasPrefix(line, "gocache-s3: ") {
			found = append(found, line)
		}
	}
	return found
}

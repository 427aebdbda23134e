package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// goMachine is a machine with a seeded local cache, an empty bucket in
// memory, and the module.
func goMachine(t *testing.T, version string) (g gocmd, dir string, s *badServer) {
	t.Helper()
	s = newBadServer(t, nil)
	c := at(t, s.store)
	seed(t, c.cache, version)
	return withHelper(c).in(version), newModule(t, nil), s
}

func eachVersion(t *testing.T, test func(t *testing.T, version string)) {
	for _, version := range goVersions {
		t.Run(version, func(t *testing.T) { test(t, version) })
	}
}

// Every subcommand that uses the cache ends with exit 0 and an empty stderr.
func TestGoCommands(t *testing.T) {
	eachVersion(t, func(t *testing.T, version string) {
		g, dir, _ := goMachine(t, version)
		g.config = g.config.set("GOBIN=" + t.TempDir())
		for _, args := range [][]string{
			{"build", "./..."}, {"build", "-o", filepath.Join(t.TempDir(), "out"), "."},
			{"vet", "./..."}, {"test", "./..."}, {"test", "-count=1", "./sum"},
			{"test", "-run=none", "-bench=none", "./sum"}, {"test", "-cover", "./sum"},
			{"list", "-export", "-f", "{{.Export}}", "./..."}, {"list", "-deps", "-test", "./..."}, {"fix", "./..."},
			{"run", "."}, {"install", "."}, {"build", "-a", "./sum"}, {"build", "-n", "."},
			{"mod", "tidy"}, {"generate", "./..."}, {"clean", "-testcache"},
		} {
			r := g.run(t, dir, args...)
			if r.stderr != "" && args[1] != "-n" {
				t.Errorf("go %s: stderr %s", strings.Join(args, " "), r.stderr)
			}
		}
		goneWithin(t, g.cache, patience)
	})
}

// A cache that go filled alone is used from the first day, and one that the
// helper filled is used without it.
func TestCacheIsSharedWithGoAlone(t *testing.T) {
	eachVersion(t, func(t *testing.T, version string) {
		g, dir, s := goMachine(t, version)
		alone := g
		alone.plain = true
		alone.run(t, dir, "build", "-o", os.DevNull, ".")
		if n := g.compiles(t, dir, "build", "-o", os.DevNull, "."); n != 0 {
			t.Errorf("%d compiles of what go alone had built", n)
		}
		// hits do not ask the bucket; go still looks for a few things
		// that no cache keeps, so some requests are fine
		if n := len(s.requests("GET", "")); n > 40 {
			t.Errorf("%d requests although everything is local", n)
		}
		g.run(t, dir, "build", "-race=false", "-gcflags=example.test/...=-N", "-o", os.DevNull, ".")
		if n := alone.compiles(t, dir, "build", "-race=false", "-gcflags=example.test/...=-N", "-o", os.DevNull, "."); n != 0 {
			t.Errorf("%d compiles without the helper of what it had stored", n)
		}
	})
}

var cachedResult = regexp.MustCompile(`\(cached\)`)

// Test results are cached, forgotten by clean -testcache, and cached again.
func TestTestResultsAreCached(t *testing.T) {
	eachVersion(t, func(t *testing.T, version string) {
		g, dir, _ := goMachine(t, version)
		g.run(t, dir, "test", "./sum")
		steps := []struct {
			args   []string
			cached bool
		}{
			{[]string{"test", "./sum"}, true},
			{[]string{"clean", "-testcache"}, false},
			{[]string{"test", "./sum"}, false},
			{[]string{"test", "./sum"}, true},
			{[]string{"test", "-count=1", "./sum"}, false},
			{[]string{"test", "./sum"}, true},
		}
		for i, step := range steps {
			time.Sleep(10 * time.Millisecond)
			r := g.run(t, dir, step.args...)
			if got := cachedResult.MatchString(r.stdout); got != step.cached {
				t.Errorf("step %d, go %s: cached %v, want %v: %s", i, strings.Join(step.args, " "), got, step.cached, r.stdout)
			}
		}
	})
}

// A cached verdict reaches a second machine through the bucket, and one that
// was forgotten there does not come back.
func TestTestResultsOnASecondMachine(t *testing.T) {
	g, dir, _ := goMachine(t, "local")
	g.run(t, dir, "test", "./sum")
	second := g
	second.config = g.config.emptied(t)
	seed(t, second.cache, "local")
	if r := second.run(t, dir, "test", "./sum"); !cachedResult.MatchString(r.stdout) {
		t.Errorf("not cached on the second machine: %s", r.stdout)
	}
}

// The paths that go list prints are opened when go and the helper are gone.
func TestExportedPathsOutliveTheHelper(t *testing.T) {
	eachVersion(t, func(t *testing.T, version string) {
		g, _, s := goMachine(t, version)
		dir := newModule(t, map[string]string{"more/more.go": "package more\n"})
		g.run(t, dir, "build", "./...")
		second := g
		second.config = at(t, s.store)
		for _, m := range []gocmd{g, second, second.read()} {
			r := m.run(t, dir, "list", "-export", "-f", "{{.Export}}", "./sum", "./more")
			goneWithin(t, m.cache, patience)
			for _, path := range lines(r.stdout) {
				if info, err := os.Stat(path); err != nil || info.Size() == 0 {
					t.Errorf("%q: %v", path, err)
				}
			}
			if n := len(lines(strings.TrimSpace(r.stdout))); n != 2 {
				t.Errorf("%d paths, want 2: %q", n, r.stdout)
			}
		}
	})
}

// read is the same machine with -read-only.
func (g gocmd) read() gocmd {
	g.config = g.config.with("-read-only")
	return g
}

// go moves cached files away; that is a miss and not an error.
func TestGoMovesFilesAway(t *testing.T) {
	g, dir, _ := goMachine(t, "local")
	for i := range 3 {
		lib := filepath.Join(t.TempDir(), "lib.a")
		g.run(t, dir, "build", "-o", lib, "./sum")
		if info, err := os.Stat(lib); err != nil || info.Size() == 0 {
			t.Errorf("run %d: %v", i, err)
		}
		g.run(t, dir, "build", "-o", os.DevNull, ".")
	}
}

// With C code in the module, and on a second machine.
func TestCgo(t *testing.T) {
	g, _, _ := goMachine(t, "local")
	dir := newModule(t, map[string]string{"main.go": `package main

// static int six(void) { return 6; }
import "C"

func main() { println(C.six()) }
`})
	out := filepath.Join(t.TempDir(), "app")
	g.config = g.config.set("CGO_ENABLED=1")
	g.run(t, dir, "build", "-o", out, ".")
	g.config = g.config.emptied(t)
	seed(t, g.cache, "local")
	if n := g.compiles(t, dir, "build", "-o", out, "."); n != 0 {
		t.Errorf("%d compiles on the second machine", n)
	}
	if got := output(t, out); got != "6\n" {
		t.Errorf("it prints %q", got)
	}
}

// A test that runs go starts a second helper beside the first.
func TestGoWithinATest(t *testing.T) {
	s := newBadServer(t, nil)
	c := at(t, s.store)
	seed(t, c.cache, "local")
	dir := newModule(t, map[string]string{"nested/nested_test.go": `package nested

import (
	"os/exec"
	"testing"
)

func TestBuild(t *testing.T) {
	out, err := exec.Command("go", "build", "-o", t.TempDir()+"/app", "example.test/app").CombinedOutput()
	if err != nil || len(out) != 0 {
		t.Fatalf("%v: %s", err, out)
	}
}
`})
	g := withHelper(c)
	g.config = c.set("PATH=" + filepath.Join(goRoot(t, "local"), "bin") + ":/usr/bin:/bin")
	g.run(t, dir, "test", "./nested")
}

// Several go commands at once on one GOCACHE.
func TestSeveralGoCommandsAtOnce(t *testing.T) {
	g, dir, _ := goMachine(t, "local")
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			out := filepath.Join(g.dir, "tmp", "out"+string(rune('a'+i)))
			r := g.try(t, dir, "build", "-gcflags=example.test/...=-l", "-o", out, ".")
			if r.exit != 0 || r.stderr != "" {
				t.Errorf("exit %d: %s", r.exit, r.stderr)
				return
			}
			if text, err := exec.Command(out).CombinedOutput(); err != nil || string(text) != expected {
				t.Errorf("%v: %s", err, text)
			}
		}()
	}
	wait.Wait()
	noTemporariesOf(t, g.cache)
}

// noTemporariesOf wants none of the helper's temporary files in a directory
// that go uses too.
func noTemporariesOf(t testing.TB, cache string) {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join(cache, "*", "*"))
	for _, path := range found {
		name := filepath.Base(path)
		if len(filepath.Base(filepath.Dir(path))) == 2 && !strings.HasSuffix(name, "-a") && !strings.HasSuffix(name, "-d") {
			t.Errorf("left behind: %s", path)
		}
	}
}

// Who captures go's stderr does not wait for uploads.
func TestCapturedStderrDoesNotWait(t *testing.T) {
	s, release := heldPuts(t)
	c := at(t, s.store).with("-drain=60s")
	seed(t, c.cache, "local")
	dir := newModule(t, map[string]string{"fresh/fresh.go": "package fresh\n\nconst N = 1\n"})
	r := withHelper(c).run(t, dir, "list", "-export", "-f", "{{.Export}}", "./fresh")
	if r.took > 45*time.Second { // less than the drain
		t.Errorf("go list took %v for its caller", r.took)
	}
	release()
	if r.stderr != "" {
		t.Errorf("stderr: %s", r.stderr)
	}
	goneWithin(t, c.cache, hang)
}

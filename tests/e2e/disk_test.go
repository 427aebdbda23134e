package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// small mounts a file system of so many bytes, or with so few files.
func small(t *testing.T, options string) string {
	t.Helper()
	needRoot(t)
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skip("cannot mount here: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// survive puts and gets as a build does, on a disk that cannot hold it: every
// put has an answer that cmd/go can live with, and every hit is right.
func survive(t *testing.T, h *helper, body []byte) {
	t.Helper()
	for i := range 8 {
		h.put(actionOf("disk %d", i), append(bytes.Clone(body), byte(i)))
	}
	for i := range 8 {
		if got := h.get(actionOf("disk %d", i)); !got.Miss {
			h.check(got, append(bytes.Clone(body), byte(i)))
		}
	}
	h.put(victim, nil)
}

func TestDiskFull(t *testing.T) {
	for _, options := range []string{"size=1m", "size=64k", "size=16m,nr_inodes=200", "size=4k"} {
		t.Run(options, func(t *testing.T) {
			c := local(t)
			c.cache = small(t, options)
			h := start(t, c)
			survive(t, h, noise(400_000))
			h.end()
			h.said(0, 2)
			noTemporaries(t, c.cache)
		})
	}
}

// What the bucket has does not fit: misses, not failures.
func TestDiskFullWhileFetching(t *testing.T) {
	s := newBadServer(t, nil)
	c := at(t, s.store)
	c.cache = small(t, "size=1m")
	h := start(t, c)
	for i := range 5 {
		body := append(noise(400_000), byte(i))
		s.hold(actionOf("big %d", i), body)
		if got := h.get(actionOf("big %d", i)); !got.Miss {
			h.check(got, body)
		}
	}
	h.end()
	h.said(0, 2)
}

// A build on a disk that is full: exit 0 all the same.
func TestGoBuildOnAFullDisk(t *testing.T) {
	c := local(t)
	full := small(t, "size=3m")
	seed(t, c.cache, "local")
	r := withHelper(c.with("-cache-dir="+full)).run(t, newModule(t, nil), "build", "runtime")
	if n := len(r.ours()); n > 3 {
		t.Errorf("%d lines:\n%s", n, r.stderr)
	}
}

// limited runs the helper under ulimit.
func limited(t *testing.T, c config, limit string) *helper {
	t.Helper()
	h := launch(t, c, func(cmd *exec.Cmd) {
		cmd.Path = "/bin/sh"
		cmd.Args = append([]string{"sh", "-c", "ulimit " + limit + ` && exec "$0" "$@"`, program(t)}, c.args...)
	})
	select {
	case <-h.greeted:
	case <-h.stdout.eof:
		t.Fatalf("no first line; stderr: %s", h.stderr)
	}
	return h
}

func TestResourceLimits(t *testing.T) {
	needRelease(t)
	for name, limit := range map[string]string{
		"files of at most 64 KB": "-f 64",
		"files of no size":       "-f 0",
		"sixteen descriptors":    "-n 16",
		"eight descriptors":      "-n 8",
		"128 MB of memory":       "-v 131072",
		"no core":                "-c 0",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := limited(t, local(t), limit)
			survive(t, h, noise(100_000))
			h.end()
			h.said(0, 3)
		})
	}
}

// brokenDirs are directories that cannot be the cache.
func TestDirectoryThatCannotBeUsed(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, c *config){
		"a file":             func(t *testing.T, c *config) { writeFile(t, c.cache, nil) },
		"below a file":       func(t *testing.T, c *config) { writeFile(t, c.cache, nil); c.cache += "/below" },
		"a dangling link":    func(t *testing.T, c *config) { os.Symlink("/nonexistent/there", c.cache) },
		"a link to itself":   func(t *testing.T, c *config) { os.Symlink(c.cache, c.cache) },
		"below /proc":        func(t *testing.T, c *config) { c.cache = "/proc/gocache" },
		"/dev/null":          func(t *testing.T, c *config) { c.cache = "/dev/null" },
		"relative":           func(t *testing.T, c *config) { c.cache = "relative" },
		"off":                func(t *testing.T, c *config) { c.cache = "off" },
		"not set":            func(t *testing.T, c *config) { *c = c.set("GOCACHE=", "HOME=", "XDG_CACHE_HOME=") },
		"a name of 5,000":    func(t *testing.T, c *config) { c.cache = "/" + string(bytes.Repeat([]byte("a/"), 2500)) },
		"a component of 300": func(t *testing.T, c *config) { c.cache += string(bytes.Repeat([]byte("a"), 300)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := local(t)
			spoil(t, &c)
			h := start(t, c)
			h.put(victim, sample)
			h.hit(victim, sample)
			h.end()
			h.said(0, 1)
		})
	}
}

// A read-only file system.
func TestReadOnlyFileSystem(t *testing.T) {
	s := newBadServer(t, nil)
	s.hold(bystander, sample)
	c := at(t, s.store)
	c.cache = small(t, "size=8m")
	h := start(t, c)
	h.put(victim, sample)
	h.end()
	goneWithin(t, c.cache, patience)
	var err error
	waitFor(t, "the last file to be let go", patience, func() bool {
		err = syscall.Mount("", c.cache, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
		return err != syscall.EBUSY
	})
	if err != nil {
		t.Skip("cannot remount here: ", err)
	}
	again := start(t, c)
	if got := again.get(victim); !got.Miss {
		again.check(got, sample)
	}
	if got := again.get(bystander); !got.Miss {
		again.check(got, sample)
	}
	again.put(actionOf("new"), sample)
	again.end()
	again.said(0, 2)
}

// The directory goes away, whole or in parts, while the helper runs.
func TestDirectoryDeletedMidRun(t *testing.T) {
	for name, remove := range map[string]func(cache string) error{
		"all of it":        os.RemoveAll,
		"its contents":     removeContents,
		"moved away":       func(cache string) error { return os.Rename(cache, cache+".old") },
		"made unreachable": func(cache string) error { return os.Chmod(cache, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, nil)
			s.hold(bystander, sample)
			h := start(t, at(t, s.store))
			h.put(victim, sample)
			h.hit(victim, sample)
			if err := remove(h.machine.cache); err != nil {
				t.Fatal(err)
			}
			for _, action := range []id{victim, bystander} {
				checkIfThere(h, h.get(action))
			}
			h.put(actionOf("later"), sample)
			checkIfThere(h, h.get(actionOf("later")))
			h.end()
			h.said(0, 2)
		})
	}
}

// checkIfThere is check for a hit whose file may have gone since, which is a
// miss for go.
func checkIfThere(h *helper, got reply) {
	h.t.Helper()
	if _, err := os.Stat(got.DiskPath); !got.Miss && err == nil {
		h.check(got, sample)
	}
}

func removeContents(cache string) error {
	entries, err := os.ReadDir(cache)
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(cache, e.Name())); err != nil {
			return err
		}
	}
	return err
}

// go clean -cache while a build runs. go itself fails when a file that it just
// got goes away; what counts is that the next build works.
func TestCleanDuringABuild(t *testing.T) {
	c := local(t)
	g := withHelper(c)
	dir := newModule(t, nil)
	time.AfterFunc(time.Second, func() { withoutHelper(c).try(t, dir, "clean", "-cache") })
	g.try(t, dir, "build", "runtime")
	g.run(t, dir, "build", "runtime", "./sum")
}

// Nothing but the binary: a scratch container, with no /etc, /tmp, /proc,
// /dev, HOME or shell.
func TestScratch(t *testing.T) {
	needRoot(t)
	needRelease(t)
	s, place := tlsCase{}.listen(t, nil)
	s.hold(victim, sample)
	plain := newBadServer(t, nil)
	plain.hold(victim, sample)
	for name, test := range map[string]struct {
		change func(c config, root string) config
		hit    bool
	}{
		"http": {func(c config, _ string) config { c.endpoint = plain.endpoint; return c }, true},
		"https with a bundle": {func(c config, root string) config {
			copyFile(t, place.ca, filepath.Join(root, "ca.pem"))
			return c.set("AWS_CA_BUNDLE=/ca.pem")
		}, true},
		"https with the embedded roots": {func(c config, _ string) config { return c.set("AWS_CA_BUNDLE=") }, false},
		"a name and no resolver": {func(c config, _ string) config {
			c.endpoint = "http://bucket.example.test"
			return c
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			copyFile(t, program(t), filepath.Join(root, "gocache-s3"))
			c := test.change(at(t, place), root)
			c = c.set("GOCACHE=/cache", "HOME=", "TMPDIR=", "PATH=")
			h := launch(t, c, func(cmd *exec.Cmd) {
				cmd.Path, cmd.Args, cmd.Dir = "/gocache-s3", []string{"gocache-s3"}, "/"
				cmd.SysProcAttr.Chroot = root
			})
			<-h.greeted
			got := h.get(victim)
			if got.Miss == test.hit {
				t.Errorf("miss: %v; stderr: %s", got.Miss, h.stderr)
			}
			put := h.put(bystander, sample)
			if text, err := os.ReadFile(filepath.Join(root, put.DiskPath)); err != nil || !bytes.Equal(text, sample) {
				t.Errorf("%s: %v", put.DiskPath, err)
			}
			h.end()
			if test.hit {
				h.quiet()
			} else {
				h.said(1, 2)
			}
		})
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, to, text)
	if err := os.Chmod(to, 0o755); err != nil {
		t.Fatal(err)
	}
}

// Eight helpers at once on one directory, with the same entries.
func TestManyHelpersOnOneDirectory(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	c := at(t, s.store)
	done := make(chan struct{})
	for n := range 8 {
		go func() {
			defer func() { done <- struct{}{} }()
			h := start(t, c)
			for i := range 100 {
				body := fmt.Appendf(nil, "body %d", i%20)
				h.put(actionOf("same %d", i%20), body)
				h.hit(actionOf("same %d", i%20), body)
				h.put(actionOf("own %d %d", n, i), sample)
			}
			h.end()
			h.quiet()
		}()
	}
	for range 8 {
		<-done
	}
	noTemporaries(t, c.cache)
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Go does not index files that are younger than two seconds.
const (
	oldFiles = time.Hour
	newFiles = 10 * time.Second
)

// checkout is a copy of a module's source, in which one leaf package changes.
type checkout struct {
	dir     string
	dated   time.Time
	leaf    string // the file that changes
	text    []byte
	changes int
}

func newCheckout(t toolchain, source, dir string) (checkout, error) {
	c := checkout{dir: dir, dated: time.Now().Add(-oldFiles)}
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
		return c, err
	}
	if err := c.date(c.dated); err != nil {
		return c, err
	}
	packages, err := t.packages(dir)
	if err != nil {
		return c, err
	}
	leaf, err := chooseLeaf(packages)
	if err != nil {
		return c, err
	}
	c.leaf = leaf.file
	c.text, err = os.ReadFile(c.leaf)
	return c, err
}

// date makes every file as old as if it had been checked out then.
func (c *checkout) date(when time.Time) error {
	return filepath.WalkDir(c.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return os.Chtimes(path, when, when)
	})
}

// change makes the leaf export something that it never did before.
func (c *checkout) change() error {
	c.changes++
	text := fmt.Appendf(slices.Clone(c.text), "\nvar BenchChange%d = %d\n", c.changes, c.changes)
	if err := os.WriteFile(c.leaf, text, 0o644); err != nil {
		return err
	}
	when := time.Now().Add(-newFiles)
	return os.Chtimes(c.leaf, when, when)
}

// restore takes all changes back.
func (c *checkout) restore() error {
	if err := os.WriteFile(c.leaf, c.text, 0o644); err != nil {
		return err
	}
	return c.date(c.dated)
}

// pkg is a package of the main module.
type pkg struct {
	path, file string
	imports    []string
}

// packages lists what the main package in a directory needs of its module.
func (t toolchain) packages(dir string) ([]pkg, error) {
	const format = `{{with .Module}}{{if .Main}}{{$.ImportPath}} {{$.Dir}}/{{index $.GoFiles 0}}` +
		`{{range $.Imports}} {{.}}{{end}}{{end}}{{end}}`
	list := exec.Command(filepath.Join(t.root, "bin", "go"), "list", "-deps", "-f", format, ".")
	list.Dir, list.Stderr = dir, os.Stderr
	list.Env = append(os.Environ(), append(t.environ(), "GOCACHEPROG=", "GOCACHE="+dir+"-cache")...)
	out, err := list.Output()
	if err != nil {
		return nil, err
	}
	var all []pkg
	for _, line := range strings.Split(string(out), "\n") {
		if words := strings.Fields(line); len(words) > 1 {
			all = append(all, pkg{words[0], words[1], words[2:]})
		}
	}
	return all, nil
}

// chooseLeaf takes the package that needs no other of the module and that the
// fewest others need, so that hardly anything but the change is compiled.
func chooseLeaf(all []pkg) (pkg, error) {
	var leaf pkg
	fewest := len(all)
	for _, p := range all {
		inner := slices.ContainsFunc(all, func(q pkg) bool { return slices.Contains(p.imports, q.path) })
		if n := len(dependents(all, p.path)); !inner && n < fewest {
			leaf, fewest = p, n
		}
	}
	if leaf.path == "" {
		return leaf, errors.New("the module has no package that can be changed")
	}
	return leaf, nil
}

// dependents are the packages that need one, directly or not.
func dependents(all []pkg, path string) map[string]bool {
	found := map[string]bool{}
	for queue := []string{path}; len(queue) > 0; queue = queue[1:] {
		for _, p := range all {
			if !found[p.path] && slices.Contains(p.imports, queue[0]) {
				found[p.path] = true
				queue = append(queue, p.path)
			}
		}
	}
	return found
}

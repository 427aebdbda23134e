package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// machine is a directory that stands for all that a machine has of its own.
type machine struct{ dir string }

func newMachine(parent string) (machine, error) {
	dir, err := os.MkdirTemp(parent, "machine")
	if err != nil {
		return machine{}, err
	}
	for _, name := range []string{"home", "tmp", "gocache", "local"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			return machine{}, err
		}
	}
	return machine{dir}, nil
}

func (m machine) at(name string) string { return filepath.Join(m.dir, name) }

// environ is the whole environment of a process on this machine.
func (m machine) environ() []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C",
		"HOME=" + m.at("home"), "TMPDIR=" + m.at("tmp"), "GOCACHE=" + m.at("gocache")}
}

// toolchain is the go command of this machine.
type toolchain struct{ root, modules string }

// findToolchain takes the go command in PATH; modules may name another module
// cache than its own.
func findToolchain(modules string) (toolchain, error) {
	if modules == "" {
		out, err := exec.Command("go", "env", "GOMODCACHE").Output()
		if err != nil {
			return toolchain{}, err
		}
		modules = strings.TrimSpace(string(out))
	}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	return toolchain{strings.TrimSpace(string(out)), modules}, err
}

func (t toolchain) environ() []string {
	return []string{"GOROOT=" + t.root, "GOTOOLCHAIN=local", "GOMODCACHE=" + t.modules,
		"GOENV=off", "GOPROXY=off", "GOSUMDB=off", "GOTELEMETRY=off",
		"GOFLAGS=-buildvcs=false -modcacherw"}
}

func (t toolchain) download(dir string, modules ...string) error {
	fetch := exec.Command("go", append([]string{"mod", "download"}, modules...)...)
	fetch.Dir, fetch.Stderr = dir, os.Stderr
	fetch.Env = append(os.Environ(), "GOMODCACHE="+t.modules, "GOFLAGS=-modcacherw", "GOCACHEPROG=")
	return fetch.Run()
}

// source is the directory of a module, path@version, once it is fetched.
func (t toolchain) source(module string) string { return filepath.Join(t.modules, module) }

// fetch brings a module, and those that it needs.
func (t toolchain) fetch(module, empty string) error {
	if err := t.download(empty, module); err != nil {
		return err
	}
	return t.download(t.source(module))
}

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

// work is what the go command is asked to do: its directory and arguments.
// {built} in an argument is a path on the machine.
type work struct {
	dir  string
	args []string
}

func (w work) on(m machine) []string {
	args := make([]string, len(w.args))
	for i, arg := range w.args {
		args[i] = strings.ReplaceAll(arg, "{built}", m.at("built"))
	}
	return args
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

// prepare makes ready what a module name stands for.
func (t toolchain) prepare(module, empty string) (work, error) {
	if module == "std" {
		return work{empty, []string{"build", "-x", "std"}}, nil
	}
	source := filepath.Join(t.modules, module)
	if err := t.download(empty, module); err != nil {
		return work{}, err
	}
	return work{source, []string{"build", "-x", "-trimpath", "-o", "{built}", "."}}, t.download(source)
}

func (t toolchain) download(dir string, modules ...string) error {
	fetch := exec.Command("go", append([]string{"mod", "download"}, modules...)...)
	fetch.Dir, fetch.Stderr = dir, os.Stderr
	fetch.Env = append(os.Environ(), "GOMODCACHE="+t.modules, "GOFLAGS=-modcacherw", "GOCACHEPROG=")
	return fetch.Run()
}

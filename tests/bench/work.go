package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// work is what the go command is asked to do: its directory and arguments.
// {built} in an argument is a path on the machine.
type work struct {
	name string // buckets that are full of it have this name
	dir  string
	args []string
	env  []string // besides that of machine and toolchain
}

func (w work) on(m machine) []string {
	args := make([]string, len(w.args))
	for i, arg := range w.args {
		args[i] = strings.ReplaceAll(arg, "{built}", m.at("built"))
	}
	return args
}

var buildProgram = []string{"build", "-x", "-trimpath", "-o", "{built}", "."}

// prepareWorks makes ready what the scenarios build and test.
func (b *bench) prepareWorks() error {
	empty := filepath.Join(b.dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		return err
	}
	b.work = work{name: "std", dir: empty, args: []string{"build", "-x", "std"}}
	if b.module != "std" {
		if err := b.toolchain.fetch(b.module, empty); err != nil {
			return err
		}
		b.work = work{name: "module", dir: b.toolchain.source(b.module), args: buildProgram}
	}
	if !b.wants("real", "leaf", "test") {
		return nil
	}
	if err := b.toolchain.fetch(b.real, empty); err != nil {
		return err
	}
	return b.prepareReal()
}

// prepareReal copies the source of the real module, since leaf changes it.
// Tests ask for HOME and TMPDIR, and go keeps a result for the same answers
// only, so that machines that test have both in the same place.
func (b *bench) prepareReal() error {
	shared := filepath.Join(b.dir, "shared")
	for _, name := range []string{"home", "tmp"} {
		if err := os.MkdirAll(filepath.Join(shared, name), 0o755); err != nil {
			return err
		}
	}
	var err error
	b.checkout, err = newCheckout(b.toolchain, b.toolchain.source(b.real), filepath.Join(b.dir, "checkout"))
	b.realWork = work{name: "real", dir: b.checkout.dir, args: buildProgram}
	b.testWork = work{name: "test", dir: b.checkout.dir,
		args: slices.Concat([]string{"test", "-x"}, b.tests),
		env:  []string{"HOME=" + filepath.Join(shared, "home"), "TMPDIR=" + filepath.Join(shared, "tmp")}}
	return err
}

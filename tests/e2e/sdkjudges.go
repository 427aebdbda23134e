package e2e

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sdk is processes that ask one of Amazon's SDKs for objects (sdkjudge/main.go,
// sdkjudge/judge.py). Whoever takes one out puts it back.
type sdk chan *asker

// askers is how many there are of each: some cases make one wait.
const askers = 2

// asker is one of them, which asks for one object after the other.
type asker struct {
	in   *json.Encoder
	out  *json.Decoder
	kill func() error
}

// question is one object to ask for.
type question struct {
	Env         map[string]string
	Bucket, Key string
	Profile     string
	PathStyle   bool
	Accelerate  bool
}

func startSDK(t testing.TB, command ...string) sdk {
	t.Helper()
	all := make(sdk, askers)
	for range askers {
		all <- startAsker(t, command)
	}
	return all
}

func startAsker(t testing.TB, command []string) *asker {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal to ask
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: %v", command, err)
	}
	t.Cleanup(func() {
		in.Close()
		timer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
		defer timer.Stop()
		cmd.Wait()
	})
	return &asker{in: json.NewEncoder(in), out: json.NewDecoder(out), kill: cmd.Process.Kill}
}

// startGoSDK builds the program that uses aws-sdk-go-v2 and starts it.
func startGoSDK(t testing.TB) sdk {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sdkjudge")
	build := exec.Command("go", "build", "-o", path, "./sdkjudge")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, text)
	}
	return startSDK(t, path)
}

// startBoto starts boto3 in the environment that scripts/bootstrap made.
func startBoto(t testing.TB) sdk {
	t.Helper()
	python := os.Getenv("E2E_PYTHON")
	if python == "" {
		t.Fatal("E2E_PYTHON must name a python that has boto3 (scripts/run-e2e does)")
	}
	return startSDK(t, python, "-u", "sdkjudge/judge.py")
}

// ask gives what the SDK said, nil if it came as far as the object.
func (s sdk) ask(q question) error {
	a := <-s
	defer func() { s <- a }()
	timer := time.AfterFunc(5*time.Minute, func() { a.kill() })
	defer timer.Stop()
	var answer struct{ Error string }
	if err := a.in.Encode(q); err != nil {
		return err
	}
	if err := a.out.Decode(&answer); err != nil {
		return err
	}
	if answer.Error != "" {
		return errors.New(answer.Error)
	}
	return nil
}

// environment is the last value of each variable; a name without a value
// takes the variable away.
func environment(env []string) map[string]string {
	all := map[string]string{}
	for _, entry := range env {
		name, value, given := strings.Cut(entry, "=")
		if given {
			all[name] = value
		} else {
			delete(all, name)
		}
	}
	return all
}

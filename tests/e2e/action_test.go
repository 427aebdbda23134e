package e2e

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every option that has a variable is an input of action.yml, and nothing else
// is set there.
func TestActionHasEveryOption(t *testing.T) {
	t.Parallel()
	action := readText(t, "../../action.yml")
	_, help, _ := cli(t, newConfig(t), "-h")
	options := regexp.MustCompile(`(?m)^  -(\S+).* GOCACHE_S3_(\S+)$`).FindAllStringSubmatch(help, -1)
	for _, o := range options {
		input := strings.Replace(" "+o[1], " v", " verbose", 1)[1:]
		for _, want := range []string{
			"\n  " + input + ":\n    description: ",
			"\n        GOCACHE_S3_" + o[2] + ": ${{ inputs." + input + " }}\n",
		} {
			if !strings.Contains(action, want) {
				t.Errorf("action.yml lacks %q", want)
			}
		}
	}
	if n := strings.Count(action, " GOCACHE_S3_"); n != len(options) || n == 0 {
		t.Errorf("action.yml sets %d variables, there are %d", n, len(options))
	}
}

// runner is a machine of GitHub's, as far as action.yml looks at it.
type runner struct {
	t       *testing.T
	dir     string
	environ []string
}

func newRunner(t *testing.T) *runner {
	dir := t.TempDir()
	return &runner{t, dir, []string{"PATH=" + os.Getenv("PATH"), "RUNNER_OS=Linux", "RUNNER_TEMP=" + dir,
		"GITHUB_PATH=" + filepath.Join(dir, "path"), "GITHUB_ENV=" + filepath.Join(dir, "env")}}
}

// step runs what action.yml runs in a step, with variables.
func (r *runner) step(name string, environ ...string) (string, error) {
	r.t.Helper()
	_, text, _ := strings.Cut(readText(r.t, "../../action.yml"), "- name: "+name+"\n")
	_, text, _ = strings.Cut(text, "\n      run: |\n")
	var script strings.Builder
	for _, line := range lines(text) {
		if line != "" && !strings.HasPrefix(line, "        ") {
			break
		}
		fmt.Fprintln(&script, strings.TrimPrefix(line, "        "))
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script.String())
	cmd.Env = append(r.environ, environ...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The action takes the program for the runner's processor if it has the hash
// that was given for it, and no other.
func TestActionInstalls(t *testing.T) {
	t.Parallel()
	bytes := []byte(readText(t, program(t)))
	sum := fmt.Sprintf("%x", sha256.Sum256(bytes))
	release := t.TempDir()
	for _, arch := range []string{"amd64", "arm64"} {
		if err := os.WriteFile(filepath.Join(release, "gocache-s3-linux-"+arch), bytes, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ arch, x64, arm64, says string }{
		{"X64", sum, "", ""},
		{"ARM64", "", sum, ""},
		{"X64", "", sum, "the input sha256 is missing"},
		{"ARM64", sum, "", "the input sha256-arm64 is missing"},
		{"X64", strings.Repeat("0", 64), sum, "did NOT match"},
		{"RISCV64", sum, sum, "not on Linux/RISCV64"},
	} {
		r := newRunner(t)
		out, err := r.step("Install gocache-s3", "RUNNER_ARCH="+c.arch, "SHA256_X64="+c.x64, "SHA256_ARM64="+c.arm64,
			"VERSION=0.0.0", "REPOSITORY=", "BASE_URL=file://"+release)
		if c.says != "" {
			if err == nil || !strings.Contains(out, c.says) {
				t.Errorf("%v: %v, %s", c, err, out)
			}
			continue
		}
		if err != nil || !strings.Contains(out, "gocache-s3 ") {
			t.Errorf("%v: %v, %s", c, err, out)
		}
		dir := readText(t, filepath.Join(r.dir, "path"))
		if _, err := exec.LookPath(filepath.Join(strings.TrimSuffix(dir, "\n"), "gocache-s3")); err != nil {
			t.Error(err)
		}
	}
}

// Later steps get what was given, line breaks and all; what was left out stays
// as it is.
func TestActionConfigures(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	headers := "X-One: 1\nX-Two: 2\nGOCACHE_S3_STRICT=true\n"
	if out, err := r.step("Configure gocache-s3", "GOCACHE_S3_BUCKET=b", "GOCACHE_S3_PREFIX=", "GOCACHE_S3_HEADER="+headers); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got := regexp.MustCompile(`^GOCACHE_S3_BUCKET<<(\S{36})\nb\n(\S{36})\nGOCACHE_S3_HEADER<<(\S{36})\n` + headers + `\n(\S{36})\n$`).
		FindStringSubmatch(readText(t, filepath.Join(r.dir, "env")))
	if got == nil || got[1] != got[2] || got[3] != got[4] || got[1] == got[3] {
		t.Errorf("%q", readText(t, filepath.Join(r.dir, "env")))
	}
}

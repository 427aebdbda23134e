package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// No secret leaves by any way: not in what is said, the cache directory, the
// other files, a process's arguments, or a request; and not in an error that
// quotes what the server sent back.
func TestNoSecretLeaves(t *testing.T) {
	const token = "CANARYTOKEN/0123456789+abcdef=="
	secrets := []string{secretKey, token}
	echo := func(status, code string) script {
		return func(x *exchange) {
			x.fail(status, code, "<StringToSign>"+x.header.Get("Authorization")+"</StringToSign><Token>"+token+
				"</Token><Message>"+secretKey+"</Message>")
		}
	}
	for name, s := range map[string]script{
		"all is well": nil,
		"the store echoes the request and refuses it": echo("403 Forbidden", "SignatureDoesNotMatch"),
		"the store echoes the request and is busy":    echo("503 Slow Down", "SlowDown"),
		"the error code is the token":                 echo("403 Forbidden", token),
		"the store redirects": func(x *exchange) {
			redirect("307 Temporary Redirect", "http://127.0.0.1:1/"+token)(x)
		},
	} {
		for _, more := range [][]string{nil, {"-v"}} {
			t.Run(fmt.Sprint(name, more), func(t *testing.T) {
				t.Parallel()
				server := newBadServer(t, s)
				server.hold(victim, sample)
				c := at(t, server.store).set("AWS_SESSION_TOKEN=" + token).with(more...).with("-drain=2s")
				h := start(t, c)
				h.get(victim)
				h.put(bystander, sample)
				arguments, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", h.mirror()))
				h.end()
				search := map[string]string{"stdout": h.stdout.String(), "stderr": h.stderr.String(), "arguments": string(arguments)}
				for _, r := range server.seen {
					header := r.header
					header.Del("X-Amz-Security-Token")
					search["request"] += fmt.Sprint(r.target, header)
				}
				for where, text := range search {
					for _, secret := range secrets {
						if strings.Contains(text, secret) {
							t.Errorf("%s holds %s: %s", where, secret, text)
						}
					}
				}
				noSecretBelow(t, c.dir, secrets)
			})
		}
	}
}

// noSecretBelow searches every file.
func noSecretBelow(t testing.TB, dir string, secrets []string) {
	t.Helper()
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		text, _ := os.ReadFile(path)
		for _, secret := range secrets {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s holds %s", path, secret)
			}
		}
		return nil
	})
}

// A crash writes no core with keys in it.
func TestNoCoreIsWritten(t *testing.T) {
	t.Parallel()
	h := start(t, local(t))
	h.miss(victim)
	for _, pid := range h.processes() {
		limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines(string(limits)) {
			if rest, ok := strings.CutPrefix(line, "Max core file size"); ok && strings.Fields(rest)[0] != "0" {
				t.Errorf("process %d: %s", pid, line)
			}
		}
	}
	h.end()
}

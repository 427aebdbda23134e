package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// printing is a machine whose keys a script prints.
func printing(t testing.TB, c config, script string) config {
	t.Helper()
	path := c.writeHome(t, "print-keys", "#!/bin/sh\n"+script+"\n")
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
	c.writeHome(t, ".aws/config", "[default]\ncredential_process = "+path+"\n")
	return keyless(c)
}

// printed is what such a script prints.
func printed(k grantedPair) string {
	return fmt.Sprintf(`{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s","SessionToken":"CANARYTOKEN","Expiration":"%s"}`,
		k.key, grantedSecret, k.end.UTC().Format(time.RFC3339))
}

// The command runs beside the sandbox, has no part in the protocol, and what
// it says to the person is handed on.
func TestProcessPrintsKeys(t *testing.T) {
	t.Parallel()
	g := newGrantor(t)
	s := g.store(t)
	s.hold(victim, sample)
	h := start(t, printing(t, at(t, s.store), "echo 'touch your key' >&2; cat; echo '"+printed(g.grant())+"'"))
	h.hit(victim, sample)
	h.end()
	if said := h.said(1, 1); said[0] != "gocache-s3: credential_process says: touch your key" {
		t.Errorf("said %q", said)
	}
}

// Nobody waits for what it leaves behind, with the output in its hands.
func TestProcessLeavesAChildBehind(t *testing.T) {
	t.Parallel()
	g := newGrantor(t)
	s := g.store(t)
	s.hold(victim, sample)
	h := start(t, printing(t, at(t, s.store), "sleep 1000 & echo '"+printed(g.grant())+"'"))
	h.hit(victim, sample)
	h.end()
	h.quiet()
}

// It is asked again before its keys end.
func TestProcessIsRunAgain(t *testing.T) {
	t.Parallel()
	g := newGrantor(t)
	g.life = 6 * time.Second
	s := g.store(t)
	c := at(t, s.store)
	first := c.writeHome(t, "keys", printed(g.grant()))
	h := start(t, printing(t, c, "cat '"+first+"'"))
	h.miss(victim)
	g.life = time.Hour
	if err := os.WriteFile(first, []byte(printed(g.grant())), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(8 * time.Second)
	s.hold(bystander, sample)
	h.hit(bystander, sample)
	h.end()
	h.quiet()
}

type processFault struct{ name, script, words string }

// processFaults are ways in which a credential_process can be wrong.
var processFaults = []processFault{
	{"it ends with status 1", "echo why >&2; exit 1", "it ended with status 1"},
	{"it cannot be run", "no-such-program", "it ended with status 127"},
	{"it prints nothing", ":", "it prints nothing"},
	{"it prints what are no keys", "echo hello", "the command's output"},
	{"it prints expired keys", `echo '{"Version":1,"AccessKeyId":"a","SecretAccessKey":"b","Expiration":"2020-01-01T00:00:00Z"}'`, "expired"},
	{"it prints for ever", "while :; do echo x; done", "it prints too much"},
	{"it says things for ever", "while :; do echo x >&2; done", "credential_process says: x"},
	{"it never ends", "sleep 1000", "they take too long to come"},
}

func TestProcessFaultIsAMiss(t *testing.T) {
	t.Parallel()
	for _, fault := range processFaults {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			s := newGrantor(t).store(t)
			c := printing(t, at(t, s.store), fault.script).with("-drain=1s")
			h := start(t, c)
			begun := time.Now()
			h.miss(victim)
			h.miss(victim)
			if took := time.Since(begun); took > patience {
				t.Errorf("two gets took %v", took)
			}
			h.put(victim, sample)
			h.hit(victim, sample)
			h.end()
			if said := strings.Join(h.said(1, 4), "\n"); !strings.Contains(said, fault.words) {
				t.Errorf("said %q, want %q", said, fault.words)
			}
			waitFor(t, "the end of the command", hang, func() bool {
				return len(marked(machineMark+filepath.Clean(c.dir))) == 0
			})
		})
	}
}

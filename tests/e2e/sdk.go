package e2e

import (
	"cmp"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sdkCase is one environment, and what a request for an object must look like
// that is made in it: by aws-sdk-go-v2, by boto3, and by gocache-s3. In env,
// files and what is wanted @HTTP, @IMDS2 and so on are addresses of the
// recorder, @HOME is the home of who is asked. docs/judges.md says more.
type sdkCase struct {
	name        string
	env         []string // over that of the table; a name alone: not set
	config      string   // ~/.aws/config
	credentials string   // ~/.aws/credentials
	files       map[string]string
	bucket      string // else the table's
	profile     string // asked for in the program, with us by -profile
	pathStyle   bool   // the same
	accelerate  bool   // the same

	addressed bool // needs a network of its own

	want  sighting // what is "" is as in the table; key follows from token
	fails bool     // no request may arrive
	// What this SDK does that we do not. If it does not any more, the test
	// fails; docs/judges.md has it too.
	unlikeGo, unlikeBoto string
}

// sdkTable is cases with much in common.
type sdkTable struct {
	env    []string
	bucket string
	want   sighting
	cases  []sdkCase
}

// bench is the recorder and the two SDKs.
type bench struct {
	*recorder
	network *network
	sdks    map[judge]sdk
}

func newBench(t testing.TB) bench {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the SDKs")
	}
	b := bench{network: newNetwork(t), sdks: map[judge]sdk{}}
	b.network.inside(t, func() {
		b.recorder = newRecorder(t)
		if b.network != nil {
			b.serveAddresses()
		}
		b.sdks[byGo], b.sdks[byBoto] = startGoSDK(t), startBoto(t)
	})
	return b
}

// around is the environment of every case: all that is not loopback goes
// through the recorder, and there is no metadata service unless a case has one.
var around = []string{
	"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
	"AWS_EC2_METADATA_DISABLED=true", "AWS_CA_BUNDLE=@CA",
	"HTTP_PROXY=@HTTP", "HTTPS_PROXY=@HTTP", "NO_PROXY=127.0.0.1,localhost",
}

// run judges every case of a table.
func (b bench) run(t *testing.T, table sdkTable) {
	for _, c := range table.cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b.judge(t, table, c)
		})
	}
}

func (b bench) judge(t *testing.T, table sdkTable, c sdkCase) {
	if c.addressed {
		needRoot(t)
	}
	key := actionOf("%s", t.Name())
	c.bucket = cmp.Or(c.bucket, table.bucket)
	machine := newConfig(t)
	ours := b.askUs(t, table, c, machine, key)
	b.check(t, byUs, key.hex(), expect(table, c), ours)
	for j, differs := range map[judge]string{byGo: c.unlikeGo, byBoto: c.unlikeBoto} {
		home := filepath.Join(machine.dir, string(j))
		err := b.sdks[j].ask(question{Env: b.prepare(t, table, c, machine, home),
			Bucket: c.bucket, Key: key.hex(), Profile: c.profile, PathStyle: c.pathStyle, Accelerate: c.accelerate})
		if differs == "" {
			b.check(t, j, key.hex(), expect(table, c), errorText(err))
		} else if b.agrees(j, key.hex(), expect(table, c)) {
			t.Errorf("%s agrees, though it is said not to: %s", j, differs)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// expect is nil for a case without a request.
func expect(table sdkTable, c sdkCase) *sighting {
	if c.fails {
		return nil
	}
	want := sighting{
		url:   cmp.Or(c.want.url, table.want.url),
		scope: cmp.Or(c.want.scope, table.want.scope),
		key:   cmp.Or(c.want.key, table.want.key),
		token: cmp.Or(c.want.token, table.want.token),
		by:    c.want.by,
	}
	if c.want.key == "" && c.want.token != "" {
		want.key = grantedKey(strings.TrimPrefix(want.token, "session "))
	}
	return &want
}

// agrees tells whether somebody did what is expected.
func (b bench) agrees(j judge, key string, want *sighting) bool {
	seen := b.sightings(key, j)
	if want == nil {
		return len(seen) == 0
	}
	return len(seen) > 0 && !slices.ContainsFunc(seen, func(s sighting) bool { return s != *want })
}

func (b bench) check(t *testing.T, j judge, key string, want *sighting, said string) {
	t.Helper()
	switch seen := b.sightings(key, j); {
	case b.agrees(j, key, want):
	case want == nil:
		t.Errorf("%s asked with %+v, want no request", j, seen)
	case len(seen) == 0:
		t.Errorf("%s did not ask: %s", j, said)
	default:
		t.Errorf("%s asked with\n%+v, want\n%+v\n%s", j, seen, *want, said)
	}
	if want == nil && said == "" {
		t.Errorf("%s had nothing to say", j)
	}
}

// askUs makes gocache-s3 ask for the object and gives what it said.
func (b bench) askUs(t *testing.T, table sdkTable, c sdkCase, machine config, key id) string {
	t.Helper()
	args := []string{"-scope", "off", "-read-only", "-bucket", c.bucket}
	if c.profile != "" {
		args = append(args, "-profile", c.profile)
	}
	if c.pathStyle {
		args = append(args, "-path-style")
	}
	env := b.prepare(t, table, c, machine, filepath.Join(machine.dir, "home"))
	var h *helper
	b.network.inside(t, func() {
		h = launch(t, machine.with(args...), func(cmd *exec.Cmd) {
			cmd.Env = nil
			for name, value := range env {
				cmd.Env = append(cmd.Env, name+"="+value)
			}
		})
	})
	h.miss(key)
	h.end()
	return h.stderr.String()
}

// prepare writes the files of a case into a home and gives the environment
// that goes with them.
func (b bench) prepare(t *testing.T, table sdkTable, c sdkCase, machine config, home string) map[string]string {
	t.Helper()
	here := maps.Clone(b.places)
	here["@HOME"] = home
	files := maps.Clone(c.files)
	if files == nil {
		files = map[string]string{}
	}
	for name, text := range map[string]string{".aws/config": c.config, ".aws/credentials": c.credentials} {
		if text != "" {
			files[name] = text
		}
	}
	for name, text := range files {
		writeFile(t, filepath.Join(home, name), []byte(located(text, here)))
	}
	var env []string
	for _, entry := range slices.Concat(machine.environ(), []string{"HOME=" + home}, around, table.env, c.env) {
		env = append(env, located(entry, here))
	}
	return environment(env)
}

// located puts the addresses in the place of their names.
func located(text string, places map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(places)) {
		text = strings.ReplaceAll(text, name, places[name])
	}
	return text
}

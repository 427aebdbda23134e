package e2e

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// diagnosis is what `gocache-s3 doctor -json` prints.
type diagnosis struct {
	Schema  int
	Version string
	Well    bool
	Checks  []struct {
		Check, Verdict, Text, Advice string
		Facts                        []struct{ Name, Value, From string }
	}
}

// examine runs the doctor with -json; its exit status must be what it says.
func examine(t testing.TB, c config, args ...string) diagnosis {
	t.Helper()
	var d diagnosis
	code, out, _ := cli(t, c, append([]string{"doctor", "-json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	if d.Schema != 1 || len(d.Checks) < 13 || d.Well != (code == 0) {
		t.Errorf("schema %d, %d checks, well %v, exit %d", d.Schema, len(d.Checks), d.Well, code)
	}
	noSecrets(t, out)
	return d
}

func noSecrets(t testing.TB, text string) {
	t.Helper()
	for _, secret := range []string{accessKey, secretKey} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %q", secret, text)
		}
	}
}

// verdicts are the checks that are not ok, by name.
func (d diagnosis) verdicts() map[string]string {
	v := map[string]string{}
	for _, c := range d.Checks {
		if c.Verdict != "ok" {
			v[c.Check] = c.Verdict
		}
	}
	return v
}

// words is all that is said about a check.
func (d diagnosis) words(check string) string {
	for _, c := range d.Checks {
		if c.Check == check {
			text := c.Text + "\n" + c.Advice
			for _, f := range c.Facts {
				text += "\n" + f.Name + "=" + f.Value + " (" + f.From + ")"
			}
			return text
		}
	}
	return ""
}

// Where all is well, each step says so, and the bucket is as before.
func TestDoctorWhenAllIsWell(t *testing.T) {
	eachPlace(t, func(t *testing.T, b *bucket) {
		d := examine(t, at(t, b.store), "-prefix", "team/a")
		if v := d.verdicts(); len(v) != 0 {
			t.Errorf("not ok: %v", v)
		}
		if keys := b.keys(); len(keys) != 0 {
			t.Errorf("left behind: %q", keys)
		}
		if certificate := d.words("TLS"); b.ca != "" && (!strings.Contains(certificate, "by 'e2e ") || !strings.Contains(certificate, "trusted by="+b.ca+" (AWS_CA_BUNDLE)")) {
			t.Errorf("TLS: %q", certificate)
		}
		if got := d.words("configuration"); !strings.Contains(got, "prefix=team/a (-prefix)") {
			t.Errorf("configuration: %q", got)
		}
		if got := d.words("credentials"); !strings.Contains(got, "access key=****"+lastFour(b.env)) {
			t.Errorf("credentials: %q", got)
		}
	})
}

// lastFour are the characters by which a key is told: none of a short one.
func lastFour(env []string) string {
	for _, variable := range env {
		if key, ok := strings.CutPrefix(variable, "AWS_ACCESS_KEY_ID="); ok && len(key) >= 8 {
			return key[len(key)-4:]
		}
	}
	return " "
}

// A person gets lines, and nothing else.
func TestDoctorSpeaksToPeople(t *testing.T) {
	b := serve(t, versitygw, false).newBucket(t)
	code, out, errors := cli(t, at(t, b.store), "doctor")
	if code != 0 || errors != "" || !strings.HasSuffix(out, "\nAll is well.\n") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, errors)
	}
	noSecrets(t, out)
	code, out, _ = cli(t, at(t, b.store).set("AWS_SECRET_ACCESS_KEY=wrong"), "doctor")
	if code != 1 || !strings.Contains(out, "\nFAIL  list ") || !strings.Contains(out, "SignatureDoesNotMatch") {
		t.Errorf("exit %d, stdout %q", code, out)
	}
}

// What goes wrong is found at the step where it goes wrong, and what mends it
// is said; what needs that step is not tried.
func TestDoctorFindsWhatIsWrong(t *testing.T) {
	b := serve(t, minio, false).newBucket(t)
	closed := listen(t)
	nobody := "http://" + closed.Addr().String()
	closed.Close()
	cases := []struct {
		name    string
		env     []string
		args    []string
		check   string
		verdict string
		says    []string
	}{
		{"no bucket", []string{"GOCACHE_S3_BUCKET="}, nil, "configuration", "failed", []string{"no bucket", "-bucket"}},
		{"a wrong bucket's name", nil, []string{"-bucket", "a b"}, "configuration", "failed", []string{"bucket 'a b'"}},
		{"another bucket", nil, []string{"-bucket", "nobodys"}, "list", "failed", []string{"NoSuchBucket", "create it"}},
		{"a wrong secret", []string{"AWS_SECRET_ACCESS_KEY=x"}, nil, "list", "failed", []string{"SignatureDoesNotMatch", "check the secret key"}},
		{"a wrong key", []string{"AWS_ACCESS_KEY_ID=nobody"}, nil, "list", "failed", []string{"InvalidAccessKeyId", "check the access key"}},
		{"nobody there", []string{"AWS_ENDPOINT_URL_S3=" + nobody}, nil, "connection", "failed", []string{"refused", "firewall"}},
		{"no such host", []string{"AWS_ENDPOINT_URL_S3=http://nowhere.invalid:1"}, nil, "name", "failed", []string{"nowhere.invalid", "DNS"}},
		{"a variable of no use", []string{"GOCACHE_S3_DRAIN=soon"}, nil, "configuration", "warning", []string{"GOCACHE_S3_DRAIN", "ignored"}},
		{"no directory", []string{"GOCACHE=/proc/nothing"}, nil, "local cache", "warning", []string{"for one run only", "GOCACHE"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := examine(t, at(t, b.store).set(c.env...), c.args...)
			if got := d.verdicts()[c.check]; got != c.verdict {
				t.Errorf("%s is %q, want %q; all: %v", c.check, got, c.verdict, d.verdicts())
			}
			if d.Well != (c.verdict == "warning") {
				t.Errorf("well is %v", d.Well)
			}
			for _, word := range c.says {
				if got := d.words(c.check); !strings.Contains(got, word) {
					t.Errorf("%q is not in %q", word, got)
				}
			}
		})
	}
}

// Who stops reading is no reason to leave something behind.
func TestDoctorThatNobodyHears(t *testing.T) {
	server := newBadServer(t, nil)
	hears, says, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	hears.Close()
	cmd := exec.Command(program(t), "doctor")
	cmd.Env, cmd.Stdout = at(t, server.store).environ(), says
	cmd.Run()
	says.Close()
	last := server.seen[len(server.seen)-1]
	if code := cmd.ProcessState.ExitCode(); code != 1 || last.method != "DELETE" {
		t.Errorf("exit %d after %s %s", code, last.method, last.target)
	}
}

// A read-only run writes nothing, and says what it does not try.
func TestDoctorReadOnly(t *testing.T) {
	server := newBadServer(t, nil)
	d := examine(t, at(t, server.store), "-read-only")
	if !d.Well || d.verdicts()["put"] != "skipped" {
		t.Errorf("well %v, not ok: %v", d.Well, d.verdicts())
	}
	for _, r := range server.seen {
		if r.method != "GET" {
			t.Errorf("it sent %s %s", r.method, r.target)
		}
	}
}

// Rights that are missing are told apart from those that are not needed, and
// the policy that gives them is printed.
func TestDoctorKnowsRights(t *testing.T) {
	cases := []struct {
		name    string
		denies  func(x *exchange) bool
		check   string
		verdict string
		says    string
	}{
		{"list", (*exchange).isList, "list", "warning", `"s3:ListBucket"`},
		{"put", func(x *exchange) bool { return x.method == "PUT" }, "put", "failed", `"s3:PutObject"`},
		{"delete", func(x *exchange) bool { return x.method == "DELETE" }, "delete", "warning", "nothing needs this right"},
		{"get", func(x *exchange) bool { return x.method == "GET" && !x.isList() }, "get", "failed", `"s3:GetObject"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			server := newBadServer(t, func(x *exchange) {
				if c.denies(x) {
					x.fail("403 Forbidden", "AccessDenied", "")
				} else {
					x.good()
				}
			})
			d := examine(t, at(t, server.store))
			if got := d.verdicts()[c.check]; got != c.verdict || !strings.Contains(d.words(c.check), c.says) {
				t.Errorf("%s is %q, want %q: %s", c.check, got, c.verdict, d.words(c.check))
			}
		})
	}
}

// A bucket in another region is found there, and the region is named.
func TestDoctorFindsTheRegion(t *testing.T) {
	b := serve(t, versitygw, false).newBucket(t)
	d := examine(t, at(t, b.store).set("AWS_REGION=eu-west-9"))
	if !d.Well || d.verdicts()["list"] != "warning" || !strings.Contains(d.words("list"), "region="+region) {
		t.Errorf("well %v, %v: %s", d.Well, d.verdicts(), d.words("list"))
	}
}

// The policies are whole, however long bucket and prefix are.
func TestDoctorPrintsWholePolicies(t *testing.T) {
	server := newBadServer(t, func(x *exchange) { x.fail("403 Forbidden", "AccessDenied", "") })
	c := at(t, server.store).set("GOCACHE_S3_BUCKET=" + strings.Repeat("b", 255))
	advice := examine(t, c, "-prefix", strings.Repeat("p", 512)).words("list")
	_, advice, _ = strings.Cut(advice, "read and write:\n")
	write, read, _ := strings.Cut(advice, "\nand this one to read, with -read-only:\n")
	for _, policy := range []string{write, read} {
		if !json.Valid([]byte(policy)) || strings.Count(policy, strings.Repeat("b", 255)) != 2 {
			t.Errorf("no policy: %q", policy)
		}
	}
}

// The clock is judged by what the store says, however far off, and not at all
// if it says nothing.
func TestDoctorReadsTheClock(t *testing.T) {
	cases := []struct {
		name          string
		off           time.Duration
		verdict, says string
	}{
		{"right", 0, "", "as the store's"},
		{"an hour behind", time.Hour, "warning", " s behind the store's"},
		{"two days ahead", -48 * time.Hour, "warning", " s ahead of the store's"},
		{"years behind", 50 * 365 * 24 * time.Hour, "warning", " s behind the store's"},
		{"unknown", -1, "skipped", "no answer that tells"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			server := newBadServer(t, func(x *exchange) {
				date := "Date: " + time.Now().Add(c.off).UTC().Format(http.TimeFormat) + "\r\n"
				if c.off == -1 {
					date = ""
				}
				x.answer("404 Not Found", date, errorXML("NoSuchKey", ""))
			})
			d := examine(t, at(t, server.store), "-read-only")
			if got := d.verdicts()["clock"]; got != c.verdict || !strings.Contains(d.words("clock"), c.says) {
				t.Errorf("clock is %q, want %q: %s", got, c.verdict, d.words("clock"))
			}
		})
	}
}

// An authority that is not trusted is found in the handshake.
func TestDoctorChecksTheChain(t *testing.T) {
	ca, other := newAuthority(t, "e2e doctor"), newAuthority(t, "e2e stranger")
	conf := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, localLeaf(), newKey(t))}}
	bundle := other.bundle(t, filepath.Join(t.TempDir(), "ca.pem"))
	server := newBadTLSServer(t, conf, bundle, nil)
	d := examine(t, at(t, server.store))
	if d.verdicts()["TLS"] != "failed" || !strings.Contains(d.words("TLS"), "AWS_CA_BUNDLE") {
		t.Errorf("%v: %s", d.verdicts(), d.words("TLS"))
	}
}

// A store that answers anything, and one that gives back something else.
func TestDoctorDistrustsOddStores(t *testing.T) {
	anything := newBadServer(t, func(x *exchange) { x.answer("200 OK", "", "hello") })
	d := examine(t, at(t, anything.store))
	if d.Well || !strings.Contains(d.words("missing key"), "nobody has put") || !strings.Contains(d.words("list"), "no list") {
		t.Errorf("%v: %s, %s", d.verdicts(), d.words("list"), d.words("missing key"))
	}
	forgetful := newBadServer(t, func(x *exchange) {
		if x.method == "GET" && !x.isList() && !x.isEntry() {
			x.answer("200 OK", "", "something else")
		} else {
			x.good()
		}
	})
	d = examine(t, at(t, forgetful.store))
	if d.Well || !strings.Contains(d.words("get"), "something else") {
		t.Errorf("%v: %s", d.verdicts(), d.words("get"))
	}
}

// A source of keys behind https is asked also where the bucket is not, and keys
// may end later than this program can say.
func TestDoctorAsksSources(t *testing.T) {
	store := newBadServer(t, nil)
	ca := newAuthority(t, "e2e sts")
	conf := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, localLeaf(), newKey(t))}}
	sts := newBadTLSServer(t, conf, "", func(x *exchange) { x.fail("403 Forbidden", "AccessDenied", "") })
	c := at(t, store.store)
	writeFile(t, filepath.Join(c.dir, "home", ".aws", "config"), []byte(
		"[profile role]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = base\n"+
			"[profile base]\naws_access_key_id = A\naws_secret_access_key = s\n"+
			"[profile command]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKIDCOMMAND\","+
			"\"SecretAccessKey\":\"s\",\"Expiration\":\"9999-12-31T23:59:59Z\"}'\n"))
	c.ca = ca.bundle(t, filepath.Join(t.TempDir(), "ca.pem"))
	d := examine(t, c.set("AWS_ENDPOINT_URL_STS="+sts.endpoint), "-profile", "role")
	if d.verdicts()["credentials"] != "failed" || !strings.Contains(d.words("credentials"), "AccessDenied") {
		t.Errorf("%v: %s", d.verdicts(), d.words("credentials"))
	}
	d = examine(t, c, "-profile", "command")
	if !d.Well || !strings.Contains(d.words("credentials"), "****MAND") ||
		!strings.Contains(d.words("credentials"), "end=after the year 2262") {
		t.Errorf("%v: %s", d.verdicts(), d.words("credentials"))
	}
}

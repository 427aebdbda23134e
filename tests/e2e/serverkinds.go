package e2e

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serverKind is one way to start one of the real servers.
type serverKind struct {
	name    string
	env     string // variable that names the program
	program string
	line    func(s site) []string // to be run
	environ func(s site) []string
	health  string
	region  string // to sign for
	keys    keys
	prepare func(t testing.TB, s *server) keys // makes the keys where it is not nil
}

var versitygw = serverKind{
	name: "versitygw", env: "E2E_VERSITYGW", program: "versitygw",
	line: func(s site) []string {
		line := []string{s.program, "--port", s.address(),
			"--access", accessKey, "--secret", secretKey, "--region", region,
			"--keep-alive", "--quiet", "--health", "/health"}
		if s.https {
			line = append(line, "--cert", filepath.Join(s.dir, "certs", "public.crt"),
				"--key", filepath.Join(s.dir, "certs", "private.key"))
		}
		return append(line, "posix", s.data())
	},
	health: "/health", region: region, keys: canaryKeys,
}

var minio = serverKind{
	name: "minio", env: "E2E_MINIO", program: "minio",
	line: func(s site) []string {
		certs := "none"
		if s.https {
			certs = "certs"
		}
		return []string{s.program, "server", s.data(), "--quiet", "--address", s.address(),
			"--console-address", fmt.Sprintf("127.0.0.1:%d", freePort()),
			"--certs-dir", filepath.Join(s.dir, certs)}
	},
	environ: func(site) []string {
		return []string{"MINIO_ROOT_USER=" + accessKey, "MINIO_ROOT_PASSWORD=" + secretKey,
			"MINIO_BROWSER=off", "MINIO_UPDATE=off"}
	},
	health: "/minio/health/live", region: region, keys: canaryKeys,
}

// siteRegion is one that no default is.
const siteRegion = "eu-north-7"

// minioInRegion is one that knows where it is.
var minioInRegion = func() serverKind {
	kind := minio
	kind.name, kind.region = "minio with a region", siteRegion
	kind.environ = func(s site) []string {
		return append(minio.environ(s), "MINIO_SITE_REGION="+siteRegion)
	}
	return kind
}()

// gofakes3 writes the names of headers as Go does.
var gofakes3 = serverKind{
	name: "gofakes3", env: "E2E_GOFAKES3", program: "gofakes3",
	line: func(s site) []string {
		return []string{s.program, "-host", s.address(), "-backend", "memory"}
	},
	health: "/", region: region, keys: canaryKeys,
}

// s3rver lets no connection idle. Its tokens of lists want a cipher that is out
// of use.
var s3rver = serverKind{
	name: "s3rver", env: "E2E_S3RVER", program: "s3rver",
	line: func(s site) []string {
		return []string{s.program, "--directory", s.data(), "--address", "127.0.0.1",
			"--port", fmt.Sprint(s.port), "--silent"}
	},
	environ: func(site) []string { return []string{"NODE_OPTIONS=--openssl-legacy-provider"} },
	health:  "/", region: region, keys: keys{access: "S3RVER", secret: "S3RVER"},
}

// localstack takes any keys, as the README says.
var localstack = serverKind{
	name: "localstack", env: "E2E_LOCALSTACK", program: "localstack",
	line: func(s site) []string {
		return []string{filepath.Join(filepath.Dir(s.program), "python"), ownServer("start_localstack.py")}
	},
	environ: func(s site) []string {
		return []string{"GATEWAY_LISTEN=" + s.address(), "SERVICES=s3", "EAGER_SERVICE_LOADING=1",
			"DNS_ADDRESS=0", "DISABLE_EVENTS=1", "SKIP_SSL_CERT_DOWNLOAD=1",
			"FILESYSTEM_ROOT=" + s.data(), "CUSTOM_SSL_CERT_PATH=" + pairInOne(s)}
	},
	health: "/_localstack/health", region: region, keys: keys{access: "test", secret: "test"},
}

// moto judges signatures, tokens and policies once its first calls are done,
// and closes every connection.
var moto = serverKind{
	name: "moto", env: "E2E_MOTO", program: "moto_server",
	line: func(s site) []string {
		return []string{s.program, "-H", "127.0.0.1", "-p", fmt.Sprint(s.port)}
	},
	environ: func(site) []string { return []string{"INITIAL_NO_AUTH_ACTION_COUNT=3"} },
	health:  "/moto-api/", region: region, prepare: assumeRole,
}

// radosgw is Ceph's gateway, with a cluster of one.
var radosgw = serverKind{
	name: "radosgw", env: "E2E_RADOSGW", program: "radosgw",
	line: func(s site) []string {
		return []string{ownServer("radosgw"), s.program, s.data(), fmt.Sprint(s.port),
			fmt.Sprint(freePort()), accessKey, secretKey}
	},
	health: "/", region: region, keys: canaryKeys,
}

// ownServer is a file of ours that starts a server.
func ownServer(name string) string {
	path, err := filepath.Abs(filepath.Join("servers", name))
	if err != nil {
		panic(err)
	}
	return path
}

// pairInOne is one file with the server's key and certificate.
func pairInOne(s site) string {
	var both []byte
	for _, name := range []string{"private.key", "public.crt"} {
		text, err := os.ReadFile(filepath.Join(s.dir, "certs", name))
		if err != nil {
			panic(err)
		}
		both = append(both, text...)
	}
	path := filepath.Join(s.dir, "certs", "both.pem")
	if err := os.WriteFile(path, both, 0o600); err != nil {
		panic(err)
	}
	return path
}

const (
	anyRole     = "arn:aws:iam::123456789012:role/cache"
	anyPolicy   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	trustPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
)

// assumeRole makes a role that may do what it likes in S3, and gives keys that
// belong to a session of it.
func assumeRole(t testing.TB, s *server) keys {
	t.Helper()
	callAWS(t, s, "iam", "2010-05-08", "Action", "CreateRole", "RoleName", "cache", "AssumeRolePolicyDocument", trustPolicy)
	callAWS(t, s, "iam", "2010-05-08", "Action", "PutRolePolicy", "RoleName", "cache", "PolicyName", "s3", "PolicyDocument", anyPolicy)
	answer := callAWS(t, s, "sts", "2011-06-15", "Action", "AssumeRole", "RoleArn", anyRole, "RoleSessionName", "e2e")
	var found struct {
		Access string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		Secret string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		Token  string `xml:"AssumeRoleResult>Credentials>SessionToken"`
	}
	if err := xml.NewDecoder(answer.Body).Decode(&found); err != nil || found.Token == "" {
		t.Fatalf("AssumeRole: %v", err)
	}
	return keys{found.Access, found.Secret, found.Token}
}

// callAWS makes a call that no signature is wanted for yet: the header only
// says which service is meant.
func callAWS(t testing.TB, s *server, service, version string, pairs ...string) *http.Response {
	t.Helper()
	form := url.Values{"Version": {version}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	call, err := http.NewRequest("POST", s.endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	call.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	call.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=none/20260101/"+region+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(call)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v %v", form.Get("Action"), answer, err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

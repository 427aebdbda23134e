package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// MinIO's STS checks the signature of the question, and its S3 that of what is
// signed with the answer.
func TestRoleOfARealTokenService(t *testing.T) {
	t.Parallel()
	b := serve(t, minio, false).newBucket(t)
	c := at(t, b.store)
	c.writeHome(t, ".aws/config", "[default]\nrole_arn = arn:minio:iam:::role/any\nrole_session_name = e2e\nsource_profile = base\n"+
		"[profile base]\naws_access_key_id = "+accessKey+"\naws_secret_access_key = "+secretKey+"\n")
	h := start(t, keyless(c).set("AWS_ENDPOINT_URL_STS="+b.endpoint).with("-drain=60s"))
	h.put(victim, sample)
	h.end()
	h.quiet()
	if _, stored := b.read(victim.hex()); !stored {
		t.Errorf("nothing lies in the bucket")
	}
}

// Real keys that live for 12 s, for a token that rotates: a run that is longer
// than three of them notices nothing.
func TestWebIdentityOfARealTokenService(t *testing.T) {
	t.Parallel()
	b := serve(t, minioWithIdentities, false).newBucket(t)
	waitFor(t, "MinIO knows its policies", startUp, func() bool { return grantsKeys(t, b.endpoint) })
	c := at(t, b.store)
	token := filepath.Join(c.dir, "secrets", "token")
	if err := os.Mkdir(filepath.Dir(token), 0o700); err != nil {
		t.Fatal(err)
	}
	theIssuer().keepWriting(t, token, 12*time.Second, 4*time.Second)
	h := start(t, keyless(c).set("AWS_SESSION_TOKEN=", "AWS_ENDPOINT_URL_STS="+b.endpoint,
		"AWS_WEB_IDENTITY_TOKEN_FILE="+token, "AWS_ROLE_ARN=arn:minio:iam:::role/any").with("-drain=60s"))
	for n := range 40 {
		b.write(actionOf("%d", n).hex(), goObject(sample, time.Now()))
		h.hit(actionOf("%d", n), sample)
		time.Sleep(time.Second)
	}
	h.put(victim, sample)
	h.end()
	h.quiet()
	if _, stored := b.read(victim.hex()); !stored {
		t.Errorf("nothing lies in the bucket")
	}
}

// grantsKeys asks the service itself, which says that it is healthy before it has
// loaded its policies.
func grantsKeys(t testing.TB, sts string) bool {
	t.Helper()
	answer, err := http.PostForm(sts, url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"},
		"WebIdentityToken": {theIssuer().token(t, time.Minute)}})
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// A token that has expired is no fault of the network: it is said, once.
func TestExpiredTokenOfARealIssuer(t *testing.T) {
	t.Parallel()
	b := serve(t, minioWithIdentities, false).newBucket(t)
	c := at(t, b.store)
	token := c.writeHome(t, "token", theIssuer().token(t, -time.Minute))
	h := start(t, keyless(c).set("AWS_ENDPOINT_URL_STS="+b.endpoint,
		"AWS_WEB_IDENTITY_TOKEN_FILE="+token, "AWS_ROLE_ARN=arn:minio:iam:::role/any"))
	h.miss(victim)
	h.put(victim, sample)
	h.end()
	h.said(1, 1)
}

// amazonMock is EC2's metadata, by those who make EC2.
var amazonMock = serverKind{name: "amazon-ec2-metadata-mock", env: "E2E_METADATA_MOCK", program: "ec2-metadata-mock"}

// startMetadataMock starts it with keys to grant.
func startMetadataMock(t *testing.T, k keys, end time.Time) string {
	t.Helper()
	when := func(at time.Time) string { return at.UTC().Format(time.RFC3339) }
	text, err := json.Marshal(map[string]any{"metadata": map[string]any{"values": map[string]any{
		"iam-security-credentials": map[string]string{"Code": "Success", "Type": "AWS-HMAC",
			"LastUpdated": when(time.Now()), "AccessKeyId": k.access, "SecretAccessKey": k.secret,
			"Token": k.token, "Expiration": when(end)}}}})
	if err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(t.TempDir(), "aemm.json")
	if err := os.WriteFile(conf, text, 0o600); err != nil {
		t.Fatal(err)
	}
	port := freePort()
	cmd := exec.Command(findServer(t, amazonMock), "--imdsv2", "-n", "127.0.0.1", "-p", fmt.Sprint(port), "-c", conf)
	cmd.Env = []string{"HOME=" + filepath.Dir(conf), "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	waitFor(t, "the metadata mock", startUp, func() bool { return answersAtAll(url) })
	return url
}

// assumeRole is a role's keys, of the bucket's own server.
func (b *bucket) assumeRole() keys {
	b.t.Helper()
	service := sts.New(sts.Options{Region: region, BaseEndpoint: aws.String(b.endpoint), Credentials: b.client.Options().Credentials})
	out, err := service.AssumeRole(context.Background(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:minio:iam:::role/any"), RoleSessionName: aws.String("e2e")})
	if err != nil {
		b.t.Fatal(err)
	}
	return keys{*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken}
}

func answersAtAll(url string) bool {
	answer, err := http.Get(url)
	if err == nil {
		answer.Body.Close()
	}
	return err == nil
}

// The keys of MinIO's STS, by way of AWS's own mock of an instance.
func TestInstanceOfAmazonsMock(t *testing.T) {
	t.Parallel()
	b := serve(t, minio, false).newBucket(t)
	url := startMetadataMock(t, b.assumeRole(), time.Now().Add(time.Hour))
	h := start(t, keyless(at(t, b.store)).set("AWS_EC2_METADATA_DISABLED=",
		"AWS_EC2_METADATA_SERVICE_ENDPOINT="+url, "AWS_EC2_METADATA_V1_DISABLED=true").with("-drain=60s"))
	h.put(victim, sample)
	h.end()
	h.quiet()
	if _, stored := b.read(victim.hex()); !stored {
		t.Errorf("nothing lies in the bucket")
	}
}

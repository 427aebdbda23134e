package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// bucket is a bucket seen through aws-sdk-go-v2, the judge: what it reads is
// what the Go program gocache-s3 would read.
type bucket struct {
	store
	t      testing.TB
	client *s3.Client
}

var bucketCount atomic.Int64

// newBucket makes an empty bucket on the server.
func (s *server) newBucket(t testing.TB) *bucket {
	t.Helper()
	b := &bucket{t: t, store: store{endpoint: s.endpoint, ca: s.ca,
		bucket: fmt.Sprintf("bucket-%d-%d", os.Getpid(), bucketCount.Add(1)),
		env: []string{"AWS_REGION=" + s.region, "AWS_ACCESS_KEY_ID=" + s.keys.access,
			"AWS_SECRET_ACCESS_KEY=" + s.keys.secret, "AWS_SESSION_TOKEN=" + s.keys.token}}}
	b.client = s3.New(s3.Options{
		Region: s.region, BaseEndpoint: aws.String(s.endpoint), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(s.keys.access, s.keys.secret, s.keys.token),
		HTTPClient:  httpClient(t, s.ca)})
	b.must(b.client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: &b.bucket}))
	return b
}

func httpClient(t testing.TB, ca string) *http.Client {
	t.Helper()
	if ca == "" {
		return http.DefaultClient
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
}

func (b *bucket) must(_ any, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// object is an object as the Go program writes and reads it.
type object struct {
	body     []byte
	metadata map[string]string
}

// goObject is what the Go program stores for a put: the raw body, and as
// metadata the OutputID in hex and the time in RFC 3339 with nanoseconds.
func goObject(body []byte, when time.Time) object {
	return object{body, map[string]string{
		"outputid": outputOf(body).hex(),
		"time":     when.Format(time.RFC3339Nano),
	}}
}

// write puts an object under a key.
func (b *bucket) write(key string, o object) {
	b.t.Helper()
	b.must(b.client.PutObject(context.Background(), &s3.PutObjectInput{
		Bucket: &b.bucket, Key: &key,
		Body: bytes.NewReader(o.body), Metadata: o.metadata}))
}

// read gets an object; false if there is none.
func (b *bucket) read(key string) (object, bool) {
	b.t.Helper()
	out, err := b.client.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &b.bucket, Key: &key})
	var none *types.NoSuchKey
	if errors.As(err, &none) {
		return object{}, false
	}
	if err != nil {
		b.t.Fatal(err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return object{body, out.Metadata}, true
}

func (b *bucket) remove(key string) {
	b.t.Helper()
	b.must(b.client.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: &b.bucket, Key: &key}))
}

// keys lists the whole bucket.
func (b *bucket) keys() []string {
	b.t.Helper()
	var keys []string
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			b.t.Fatal(err)
		}
		for _, item := range page.Contents {
			keys = append(keys, *item.Key)
		}
	}
	return keys
}

// isEntryKey says whether a key names an action: 64 hex digits at the end.
func isEntryKey(key string) bool {
	name := path.Base(key)
	if len(name) != 64 || entryOf(key) != name {
		return false
	}
	for _, c := range name {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return true
}

// dump reads the whole bucket, with metadata and time of change: two equal
// dumps are the same bucket, byte for byte.
func (b *bucket) dump() map[string]string {
	b.t.Helper()
	all := map[string]string{}
	for _, key := range b.keys() {
		out, err := b.client.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &b.bucket, Key: &key})
		if err != nil {
			b.t.Fatal(err)
		}
		body, err := io.ReadAll(out.Body)
		out.Body.Close()
		if err != nil {
			b.t.Fatal(err)
		}
		all[key] = fmt.Sprintf("%s %v %v", outputOf(body).hex(), out.Metadata, out.LastModified)
	}
	return all
}

// bodies is all that lies in the bucket.
func (b *bucket) bodies() map[string][]byte {
	b.t.Helper()
	all := map[string][]byte{}
	for _, key := range b.keys() {
		o, _ := b.read(key)
		all[key] = o.body
	}
	return all
}

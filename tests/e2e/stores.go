package e2e

import "testing"

// place is a real server that tests run against, and what it finds wrong.
type place struct {
	name  string
	kind  serverKind
	https bool
	finds findings
}

// findings are the error codes that a server has for wrong settings, as a line
// of the program names them; "" where it does not look.
type findings struct {
	secret, key, token, bucket string
	region                     bool // tells the right one
}

var places = []place{
	{"versitygw http", versitygw, false, ofVersitygw},
	{"versitygw https", versitygw, true, ofVersitygw},
	{"minio http", minio, false, ofMinio},
	{"minio https", minio, true, ofMinio},
	{"minio with a region https", minioInRegion, true, findings{
		"SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidTokenId", "NoSuchBucket", true}},
	{"moto http", moto, false, findings{
		"SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidToken", "NoSuchBucket", false}},
	{"radosgw http", radosgw, false, findings{
		"SignatureDoesNotMatch", "InvalidAccessKeyId", "", "NoSuchBucket", false}},
	{"localstack http", localstack, false, findings{bucket: "NoSuchBucket"}},
	{"gofakes3 http", gofakes3, false, findings{bucket: "NoSuchBucket"}},
	{"s3rver http", s3rver, false, findings{key: "InvalidAccessKeyId", bucket: "NoSuchBucket"}},
}

var (
	ofVersitygw = findings{"SignatureDoesNotMatch", "XAdminUserNotFound", "InvalidToken", "NoSuchBucket", true}
	ofMinio     = findings{"SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidTokenId", "NoSuchBucket", false}
)

func (p place) newBucket(t testing.TB) *bucket {
	t.Helper()
	return serve(t, p.kind, p.https).newBucket(t)
}

// eachPlace runs a test against every real server, over http and https.
func eachPlace(t *testing.T, test func(t *testing.T, b *bucket)) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) { test(t, p.newBucket(t)) })
	}
}

// plainPlaces are the servers, each once.
func plainPlaces() []place {
	var plain []place
	for _, p := range places {
		if !p.https {
			plain = append(plain, p)
		}
	}
	return plain
}

// Package e2e runs gocache-s3 as its users do: under the real go command, in
// front of real S3 servers, and in front of a server that misbehaves on
// purpose. docs/faults.md lists every fault, the promise, and the test.
//
// Files without _test are the harness; each begins with what it is for:
//
//	program.go    which binary is tested, and what kind it is
//	config.go     one configuration of the helper and its scrubbed environment
//	wire.go       the protocol's messages
//	samples.go    actions and bodies that many tests use
//	driver.go     plays cmd/go: starts the helper and talks to it
//	proc.go       looks into /proc: children, memory, who is still there
//	gocmd.go      runs the real go command, in four versions
//	module.go     the module that the go command builds
//	server.go     starts and stops real S3 servers
//	serverkinds.go  which there are
//	stores.go     what each finds wrong
//	express.go    a directory bucket of S3 Express One Zone
//	certs.go      certificate authorities and leaves for https
//	proxy.go      an HTTP proxy that knows a name of its own for this machine
//	realproxy.go  starts Squid and Tinyproxy
//	bucket.go     aws-sdk-go-v2 as the judge of what lies in a bucket
//	packformat.go packs and snapshots, read and written anew after
//	              docs/storage.md; klauspost/compress judges the frames
//	hoards.go     what of them lies in a bucket
//	hoard.go      packs and a snapshot made by hand, to be spoiled
//	treasure.go   a small one of them, and the machines that look for it
//	frames.go     frames of zstd as no encoder makes them
//	spoils.go     every way in which a snapshot or a pack can be bad
//	spoiled*.go   the same for blocks, and for answers to their requests
//	filled.go     a bucket that the module was built into
//	soundcache.go judges a cache directory
//	badserver.go  an S3 server that follows a script, byte by byte
//	badstore.go   what it holds, and its right answers
//	census.go     lists of keys, and how many requests there were
//	sdk.go        a case that aws-sdk-go-v2, boto3 and the program are given
//	sdkjudges.go  the two SDKs, each in a process (sdkjudge/)
//	sdkrecorder.go every endpoint of the cases, and who asked it for what
//	sdkfakes.go   the services that grant keys
//	sdksign.go    whether a signature is right
//	sdknetwork.go a network where the addresses of metadata are this machine's
//	tunnels.go    the same under any https name, behind a proxy
//	quirks.go     the scripts of stores that cannot be run here
//	grantor.go    plays every service that grants keys
//	grantfaults.go  and how each can be wrong
//	oidc.go       an identity provider, for the token service of a real server
//	faults.go     the scripts: every way in which an answer can be wrong
//	oddities.go   answers that are unusual, and what is made of each
//
// Environment: GOCACHE_S3_BIN selects the binary (default: the release build
// at the top of the repository); E2E_VERSITYGW, E2E_MINIO, E2E_GOFAKES3,
// E2E_S3RVER, E2E_LOCALSTACK, E2E_MOTO and E2E_RADOSGW are the servers,
// E2E_METADATA_MOCK plays EC2's metadata, E2E_SQUID and E2E_TINYPROXY are the
// proxies, E2E_PYTHON is a python that has boto3.
// With -short, whatever needs a real server is skipped; without, an absent
// server is a failure.
package e2e

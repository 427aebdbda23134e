package e2e

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// store is a bucket that the helper can be pointed at.
type store struct {
	endpoint string
	bucket   string
	ca       string // a bundle for https, else ""
}

// server is a running S3 server, shared by all tests of a run.
type server struct {
	endpoint string // https://127.0.0.1:PORT or http://
	ca       string
	port     int
	cmd      *exec.Cmd
}

// serverKind is one way to start one of the real servers.
type serverKind struct {
	name    string
	env     string // variable that names the binary
	binary  string
	args    func(dir string, port int, tls bool) []string
	environ []string
	health  string
}

var versitygw = serverKind{
	name: "versitygw", env: "E2E_VERSITYGW", binary: "versitygw",
	args: func(dir string, port int, https bool) []string {
		args := []string{"--port", fmt.Sprintf("127.0.0.1:%d", port),
			"--access", accessKey, "--secret", secretKey, "--region", region,
			"--keep-alive", "--quiet", "--health", "/health"}
		if https {
			args = append(args, "--cert", filepath.Join(dir, "certs", "public.crt"),
				"--key", filepath.Join(dir, "certs", "private.key"))
		}
		return append(args, "posix", filepath.Join(dir, "data"))
	},
	health: "/health",
}

var minio = serverKind{
	name: "minio", env: "E2E_MINIO", binary: "minio",
	args: func(dir string, port int, https bool) []string {
		args := []string{"server", filepath.Join(dir, "data"), "--quiet",
			"--address", fmt.Sprintf("127.0.0.1:%d", port),
			"--console-address", fmt.Sprintf("127.0.0.1:%d", freePort())}
		if https {
			return append(args, "--certs-dir", filepath.Join(dir, "certs"))
		}
		return append(args, "--certs-dir", filepath.Join(dir, "none"))
	},
	environ: []string{"MINIO_ROOT_USER=" + accessKey, "MINIO_ROOT_PASSWORD=" + secretKey,
		"MINIO_BROWSER=off", "MINIO_UPDATE=off"},
	health: "/minio/health/live",
}

// running are the servers of this run, by name and scheme.
var running = struct {
	sync.Mutex
	byName map[string]*server
}{byName: map[string]*server{}}

// serve gives the shared server of a kind, starting it at the first call.
func serve(t testing.TB, kind serverKind, https bool) *server {
	t.Helper()
	if testing.Short() {
		t.Skip("needs " + kind.name)
	}
	running.Lock()
	defer running.Unlock()
	name := fmt.Sprint(kind.name, https)
	if running.byName[name] == nil {
		running.byName[name] = startServer(t, kind, https)
	}
	return running.byName[name]
}

// stopServers ends every server of this run, by its own process id.
func stopServers() {
	running.Lock()
	defer running.Unlock()
	for _, s := range running.byName {
		s.cmd.Process.Signal(syscall.SIGTERM)
		done := make(chan struct{})
		go func() { s.cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			s.cmd.Process.Kill()
		}
	}
}

func startServer(t testing.TB, kind serverKind, https bool) *server {
	t.Helper()
	binary := findServer(t, kind)
	dir, err := os.MkdirTemp(runDir, kind.name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := &server{port: freePort()}
	s.endpoint = fmt.Sprintf("http://127.0.0.1:%d", s.port)
	if https {
		ca := newAuthority(t, "e2e "+kind.name)
		writePair(t, filepath.Join(dir, "certs"), ca.issue(t, localLeaf(), newKey(t)))
		s.ca = ca.bundle(t, filepath.Join(dir, "ca.pem"))
		s.endpoint = fmt.Sprintf("https://127.0.0.1:%d", s.port)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.cmd = exec.Command(binary, kind.args(dir, s.port, https)...)
	s.cmd.Env = append([]string{"HOME=" + dir, "PATH=" + os.Getenv("PATH")}, kind.environ...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = dir, log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, kind.name+" answers, see "+log.Name(), hang, func() bool { return healthy(s.endpoint + kind.health) })
	return s
}

func healthy(url string) bool {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		DisableKeepAlives: true}}
	answer, err := client.Get(url)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// findServer looks where the user says, then in PATH, then in the directory
// that scripts/bootstrap fills. An absent server is a failure, not a skip.
func findServer(t testing.TB, kind serverKind) string {
	t.Helper()
	if path := os.Getenv(kind.env); path != "" {
		return path
	}
	if path, err := exec.LookPath(kind.binary); err == nil {
		return path
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"", "*", "*/*", "*/*/*"} {
		found, _ := filepath.Glob(filepath.Join(cache, "gocache-s3", pattern, kind.binary))
		for _, path := range found {
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path
			}
		}
	}
	t.Fatalf("no %s: set %s, or let scripts/bootstrap build it", kind.binary, kind.env)
	return ""
}

func freePort() int {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

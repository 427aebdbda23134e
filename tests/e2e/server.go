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
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// store is a bucket that the helper can be pointed at.
type store struct {
	endpoint string
	bucket   string
	ca       string   // a bundle for https, else ""
	env      []string // variables that it wants besides
}

// server is a running S3 server, shared by all tests of a run.
type server struct {
	endpoint string // https://127.0.0.1:PORT or http://
	ca       string
	site     site
	region   string
	keys     keys
	cmd      *exec.Cmd
}

// site is what a server is started with.
type site struct {
	program string
	dir     string // its own; data, certs/public.crt and certs/private.key lie below
	port    int
	https   bool
}

func (s site) data() string { return filepath.Join(s.dir, "data") }

func (s site) address() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// keys are what requests are signed with; token may be "".
type keys struct{ access, secret, token string }

var canaryKeys = keys{access: accessKey, secret: secretKey}

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
	if _, tried := running.byName[name]; !tried {
		running.byName[name] = nil
		running.byName[name] = startServer(t, kind, https)
	}
	if running.byName[name] == nil {
		t.Fatalf("%s has not started", kind.name)
	}
	return running.byName[name]
}

// stopServers ends every server of this run, by its own process id.
func stopServers() {
	running.Lock()
	defer running.Unlock()
	for _, s := range running.byName {
		if s == nil {
			continue
		}
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

// startUp is what a real server may take, several times as long as any does.
const startUp = 5 * time.Minute

func startServer(t testing.TB, kind serverKind, https bool) *server {
	t.Helper()
	dir, err := os.MkdirTemp(runDir, "server")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{region: kind.region, keys: kind.keys,
		site: site{program: findServer(t, kind), dir: dir, port: freePort(), https: https}}
	if err := os.MkdirAll(s.site.data(), 0o700); err != nil {
		t.Fatal(err)
	}
	s.endpoint = "http://" + s.site.address()
	if https {
		s.endpoint = "https://" + s.site.address()
	}
	ca := newAuthority(t, "e2e "+kind.name)
	writePair(t, filepath.Join(dir, "certs"), ca.issue(t, localLeaf(), newKey(t)))
	if https {
		s.ca = ca.bundle(t, filepath.Join(dir, "ca.pem"))
	}
	s.run(t, kind)
	waitFor(t, kind.name+" answers, see "+dir, startUp, func() bool { return healthy(s.endpoint + kind.health) })
	if kind.prepare != nil {
		s.keys = kind.prepare(t, s)
	}
	return s
}

// run starts the process, which ends with this one.
func (s *server) run(t testing.TB, kind serverKind) {
	t.Helper()
	log, err := os.Create(filepath.Join(s.site.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	line := kind.line(s.site)
	s.cmd = exec.Command(line[0], line[1:]...)
	s.cmd.Env = []string{"HOME=" + s.site.dir, "PATH=" + os.Getenv("PATH")}
	if kind.environ != nil {
		s.cmd.Env = append(s.cmd.Env, kind.environ(s.site)...)
	}
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.site.dir, log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

func healthy(url string) bool {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
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
	if path, err := exec.LookPath(kind.program); err == nil {
		return path
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"*", "*/bin", "*/usr/bin", "*/node_modules/.bin"} {
		found, _ := filepath.Glob(filepath.Join(cache, "gocache-s3", pattern, kind.program))
		for _, path := range found {
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path
			}
		}
	}
	t.Fatalf("no %s: set %s, or let scripts/bootstrap bring it", kind.program, kind.env)
	return ""
}

// listen takes a port of loopback.
func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Ports below those that the kernel gives to whoever wants any, so that nobody
// takes one between its choice and its use.
const (
	firstPort = 12000
	portCount = 20000
)

var portsTried atomic.Int64

// freePort is one that nobody listens to, a new one each time.
func freePort() int {
	for range portCount {
		port := firstPort + (os.Getpid()*100+int(portsTried.Add(1)))%portCount
		l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			l.Close()
			return port
		}
	}
	panic("no free port")
}

package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	accessKey = "bench"
	secretKey = "benchsecret"
	region    = "us-east-1"
)

const requestsFile = "requests"

// server is a running S3 server; its buckets are directories.
type server struct {
	scheme, address, ca string
	dir                 string
	buckets             int
	process             *exec.Cmd
	requests            string // a file with a line for each, or none
	counted, answered   int64  // bytes and lines of it
}

// serverKind is how one of the servers is started in a directory that has
// data/ and, for https, certs/ with public.crt and private.key.
type serverKind struct {
	args     func(dir, address, certs string) []string
	environ  []string
	health   string
	requests string // the name of its file of requests
}

var serverKinds = map[string]serverKind{
	"versitygw": {
		args: func(dir, address, certs string) []string {
			args := []string{"--port", address, "--access", accessKey, "--secret", secretKey,
				"--region", region, "--keep-alive", "--quiet", "--health", "/health",
				"--access-log", filepath.Join(dir, requestsFile)}
			if certs != "" {
				args = append(args, "--cert", filepath.Join(certs, "public.crt"),
					"--key", filepath.Join(certs, "private.key"))
			}
			return append(args, "posix", filepath.Join(dir, "data"))
		},
		health:   "/health",
		requests: requestsFile,
	},
	"minio": {
		args: func(dir, address, certs string) []string {
			if certs == "" {
				certs = filepath.Join(dir, "no-certs")
			}
			return []string{"server", filepath.Join(dir, "data"), "--quiet",
				"--address", address, "--console-address", "127.0.0.1:0", "--certs-dir", certs}
		},
		environ: []string{"MINIO_ROOT_USER=" + accessKey, "MINIO_ROOT_PASSWORD=" + secretKey,
			"MINIO_BROWSER=off", "MINIO_UPDATE=off"},
		health: "/minio/health/live",
	},
}

func startServer(kind serverKind, binary, scheme, dir string) (*server, error) {
	s := &server{scheme: scheme, dir: dir}
	if kind.requests != "" {
		s.requests = filepath.Join(dir, kind.requests)
	}
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o755); err != nil {
		return nil, err
	}
	certs := ""
	if scheme == "https" {
		certs = filepath.Join(dir, "certs")
		if err := os.Mkdir(certs, 0o755); err != nil {
			return nil, err
		}
		var err error
		if s.ca, err = writeCertificate(certs); err != nil {
			return nil, err
		}
	}
	var err error
	if s.address, err = freeAddress(); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s.process = exec.Command(binary, kind.args(dir, s.address, certs)...)
	s.process.Env = append(kind.environ, "HOME="+dir, "PATH="+os.Getenv("PATH"))
	s.process.Dir, s.process.Stdout, s.process.Stderr = dir, log, log
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	return s, s.await(kind.health)
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (s *server) await(health string) error {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}}}
	for range 300 {
		answer, err := client.Get(s.scheme + "://" + s.address + health)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	s.stop()
	return fmt.Errorf("%s does not answer: %s", s.process.Path, log)
}

// newBucket makes an empty bucket.
func (s *server) newBucket() (string, error) {
	s.buckets++
	name := fmt.Sprintf("bucket-%d", s.buckets)
	return name, os.Mkdir(filepath.Join(s.dir, "data", name), 0o755)
}

func (s *server) stop() {
	s.process.Process.Signal(syscall.SIGTERM)
	killer := time.AfterFunc(5*time.Second, func() { s.process.Process.Kill() })
	defer killer.Stop()
	s.process.Wait()
}

// servers are all that run; at one time only one of them is asked something.
type servers []*server

func (all servers) pids() []int {
	var pids []int
	for _, s := range all {
		pids = append(pids, s.process.Process.Pid)
	}
	return pids
}

// requests counts those that all servers have answered; -1 if they do not say.
func (all servers) requests() int64 {
	var sum int64
	for _, s := range all {
		if err := s.count(); err != nil {
			return -1
		}
		sum += s.answered
	}
	return sum
}

// count reads what has come to the file of requests since the last time.
func (s *server) count() error {
	file, err := os.Open(s.requests)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Seek(s.counted, io.SeekStart); err != nil {
		return err
	}
	text, err := io.ReadAll(file)
	s.counted += int64(len(text))
	s.answered += int64(bytes.Count(text, []byte{'\n'}))
	return err
}

package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// thisMachine is an address of this machine that, unlike 127.0.0.1, clients
// do ask a proxy for.
const thisMachine = "0.0.0.0"

// realProxy is one of the programs that people put before their networks.
type realProxy struct {
	name, env, program string
	tls                bool // it can be behind TLS
	// line starts it with a configuration that it writes: on this port, for
	// the user if one is given, with tunnels to the store's port.
	line func(t testing.TB, p proxyPlace) []string
}

// proxyPlace is what a real proxy is started with.
type proxyPlace struct {
	program, dir    string
	port, storePort int
	user, password  string // "" for none
	https           bool   // certs/public.crt and certs/private.key are there
}

var tinyproxy = realProxy{
	name: "tinyproxy", env: "E2E_TINYPROXY", program: "tinyproxy",
	line: func(t testing.TB, p proxyPlace) []string {
		conf := fmt.Sprintf("Port %d\nListen 127.0.0.1\nAllow 127.0.0.1\nMaxClients 100\nTimeout 60\n"+
			"LogLevel Info\nConnectPort %d\n", p.port, p.storePort)
		if p.user != "" {
			conf += fmt.Sprintf("BasicAuth %s %s\n", p.user, p.password)
		}
		path := filepath.Join(p.dir, "tinyproxy.conf")
		writeFile(t, path, []byte(conf))
		return []string{p.program, "-d", "-c", path}
	},
}

// squid lies where it was unpacked, with its own libraries.
var squid = realProxy{
	name: "squid", env: "E2E_SQUID", program: "squid", tls: true,
	line: func(t testing.TB, p proxyPlace) []string {
		root := strings.TrimSuffix(p.program, "/usr/sbin/squid")
		port := fmt.Sprintf("http_port 127.0.0.1:%d", p.port)
		if p.https {
			port = fmt.Sprintf("https_port 127.0.0.1:%d tls-cert=%s tls-key=%s", p.port,
				filepath.Join(p.dir, "certs", "public.crt"), filepath.Join(p.dir, "certs", "private.key"))
		}
		conf := []string{port, "cache deny all", "cache_log stdio:/dev/stderr", "access_log none",
			"pid_filename none", "pinger_enable off", "shutdown_lifetime 0 seconds",
			"coredump_dir " + p.dir,
			"mime_table " + root + "/usr/share/squid/mime.conf",
			"error_directory " + root + "/usr/share/squid-langpack/en",
			"icon_directory " + root + "/usr/share/squid/icons",
			"unlinkd_program " + root + "/usr/lib/squid/unlinkd"}
		if p.user == "" {
			conf = append(conf, "http_access allow all")
		} else {
			conf = append(conf, squidUsers(t, p)...)
		}
		path := filepath.Join(p.dir, "squid.conf")
		writeFile(t, path, []byte(strings.Join(conf, "\n")+"\n"))
		return []string{"env", "LD_LIBRARY_PATH=" + libraries(root), p.program, "-N", "-f", path}
	},
}

// libraries is where a package that was unpacked below root has them.
func libraries(root string) string {
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	return filepath.Join(root, "usr/lib", machine+"-linux-gnu")
}

// squidUsers lets one user in. Squid gives up its rights and may not see its
// own helpers then.
func squidUsers(t testing.TB, p proxyPlace) []string {
	t.Helper()
	helper := filepath.Join(p.dir, "users")
	writeFile(t, helper, fmt.Appendf(nil, `#!/bin/sh
while read -r who; do
	[ "$who" = "%s %s" ] && echo OK || echo ERR
done
`, p.user, p.password))
	if err := os.Chmod(helper, 0o755); err != nil {
		t.Fatal(err)
	}
	return []string{"auth_param basic program " + helper, "auth_param basic children 2",
		"acl known proxy_auth REQUIRED", "http_access allow known", "http_access deny all"}
}

// start starts it in front of the store and gives its URL, without a user,
// and the bundle that trusts it.
func (r realProxy) start(t testing.TB, storePort int, user, password string, https bool) (url, ca string) {
	t.Helper()
	p := proxyPlace{program: findServer(t, serverKind{name: r.name, env: r.env, program: r.program}),
		dir: openDir(t), port: freePort(), storePort: storePort, user: user, password: password, https: https}
	scheme := "http"
	if https {
		scheme = "https"
		authority := newAuthority(t, r.name)
		ca = authority.bundle(t, filepath.Join(t.TempDir(), "ca.pem"))
		writePair(t, filepath.Join(p.dir, "certs"), authority.issue(t, localLeaf(), newKey(t)))
	}
	line := r.line(t, p)
	cmd := exec.Command(line[0], line[1:]...)
	log := &tap{}
	cmd.Stdout, cmd.Stderr = tapWriter{log}, tapWriter{log}
	cmd.Dir = p.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s: %s", r.name, log)
		}
	})
	address := fmt.Sprintf("127.0.0.1:%d", p.port)
	waitFor(t, r.name+" answers", startUp, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return scheme + "://" + address, ca
}

// openDir is a directory that a proxy can read that has given up its rights.
func openDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tapWriter lets a process write into a tap.
type tapWriter struct{ *tap }

func (w tapWriter) Write(p []byte) (int, error) {
	w.add(p)
	return len(p), nil
}

package e2e

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// network is a network of its own for the cases of the SDKs, where the
// addresses of metadata services are this machine's, and nothing else is.
// Without root there is none, and the cases that need one are left out.
type network struct{ home, away *os.File }

// elsewhere is an address that is neither loopback nor metadata.
const elsewhere = "10.99.0.1"

var addresses = []string{
	elsewhere + "/32", "169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32",
	"fd00:ec2::254/128", "fd00:ec2::23/128",
}

func newNetwork(t testing.TB) *network {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	n := &network{home: thisNetwork(t)}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	n.away = thisNetwork(t)
	defer n.leave(t)
	commands := [][]string{{"link", "set", "lo", "up"}}
	for _, a := range addresses {
		add := []string{"address", "add", a, "dev", "lo"}
		if strings.Contains(a, ":") {
			add = append(add, "nodad") // at once
		}
		commands = append(commands, add)
	}
	for _, c := range commands {
		if text, err := exec.Command("ip", c...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", strings.Join(c, " "), err, text)
		}
	}
	return n
}

func thisNetwork(t testing.TB) *os.File {
	t.Helper()
	f, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func (n *network) leave(t testing.TB) {
	if err := unix.Setns(int(n.home.Fd()), unix.CLONE_NEWNET); err != nil {
		t.Error(err)
	}
}

// inside calls f in the network, if there is one: what it listens to and what
// processes it starts belong there.
func (n *network) inside(t testing.TB, f func()) {
	t.Helper()
	if n == nil {
		f()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Setns(int(n.away.Fd()), unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	defer n.leave(t)
	f()
}

// at80 serves port 80 of an address.
func at80(t testing.TB, address string, handler http.Handler) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(address, "80"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
}

package e2e

import (
	"net"
	"net/url"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"
)

// The rows that the unit tests hold s3/proxy to are what Go's own package
// says, except for those that are to differ, which do.
func TestProxyRowsAsGoReadsThem(t *testing.T) {
	t.Parallel()
	for file, same := range map[string]bool{"choose.txt": true, "differ.txt": false} {
		text, err := os.ReadFile("../vectors/proxy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range lines(string(text)) {
			if strings.HasPrefix(row, "# ") {
				continue
			}
			columns := strings.Split(row, " | ")
			if got := goProxy(t, columns[0], columns[2:]); (got == columns[1]) != same {
				t.Errorf("%s: Go says %s: %s", file, got, row)
			}
		}
	}
}

// goProxy is what Go chooses for the URL, in a row's words.
func goProxy(t *testing.T, target string, variables []string) string {
	t.Helper()
	env := map[string]string{}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		env[name] = value
	}
	either := func(name string) string { // as net/http does, from Go 1.24 to 1.27
		if value := env[name]; value != "" {
			return value
		}
		return env[strings.ToLower(name)]
	}
	conf := httpproxy.Config{HTTPProxy: either("HTTP_PROXY"), HTTPSProxy: either("HTTPS_PROXY"),
		NoProxy: either("NO_PROXY"), CGI: env["REQUEST_METHOD"] != ""}
	u, err := url.Parse(strings.Replace(target, "%", "%25", 1)) // a zone
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := conf.ProxyFunc()(u)
	switch {
	case err != nil:
		return "!"
	case proxy == nil:
		return "-"
	}
	return inWords(proxy)
}

// inWords is user:password@URL with the port that net/http would use.
func inWords(proxy *url.URL) string {
	port := proxy.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	}
	text := proxy.Scheme + "://" + net.JoinHostPort(proxy.Hostname(), port)
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		text = proxy.User.Username() + ":" + password + "@" + text
	}
	return text
}

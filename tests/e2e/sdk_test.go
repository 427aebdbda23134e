package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

var sdkTables = []struct {
	name string
	sdkTable
}{
	{"environment", sdkEnvironment},
	{"files", sdkFiles},
	{"roles", sdkRoles},
	{"web identity", sdkWebIdentity},
	{"SSO", sdkSSO},
	{"sources", sdkSources},
	{"order", sdkOrder},
	{"addresses", sdkAddresses},
	{"proxies", sdkProxies},
	{"hosts", sdkHosts},
	{"endpoints", sdkEndpoints},
}

// The SDKs and gocache-s3 make the same of the same environment.
func TestSDKs(t *testing.T) {
	b := newBench(t)
	for _, table := range sdkTables {
		t.Run(table.name, func(t *testing.T) { b.run(t, table.sdkTable) })
	}
}

// docs/judges.md lists every difference.
func TestJudgesPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/judges.md")
	if err != nil {
		t.Fatal(err)
	}
	goPart, botoPart, _ := strings.Cut(string(text), "## Where boto3 differs")
	for _, table := range sdkTables {
		for _, c := range table.cases {
			for differs, part := range map[string]string{c.unlikeGo: goPart, c.unlikeBoto: botoPart} {
				row := fmt.Sprintf("| %s: %s | %s |", table.name, c.name, differs)
				if differs != "" && !strings.Contains(part, row) {
					t.Errorf("docs/judges.md lacks %s", row)
				}
			}
		}
	}
}

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/faults.md lists every fault of the tables and names tests that exist.
func TestFaultsAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	var names []string
	for _, f := range faults {
		names = append(names, f.name)
	}
	for _, o := range oddities {
		names = append(names, o.name)
	}
	for _, f := range grantFaults {
		names = append(names, f.name)
	}
	for _, f := range processFaults {
		names = append(names, f.name)
	}
	for _, c := range tlsCases {
		names = append(names, c.name)
	}
	for _, p := range proxyFaults {
		names = append(names, p.name)
	}
	for _, p := range slices.Concat(textSpoils, tableSpoils, blockSpoils, answerSpoils) {
		_, name, both := strings.Cut(p.name, ": ") // once for two places
		if !both {
			name = p.name
		}
		names = append(names, name)
	}
	for _, name := range names {
		if !strings.Contains(doc, "\n| "+name+" |") {
			t.Errorf("docs/faults.md has no row for %q", name)
		}
	}
	for _, name := range regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllStringSubmatch(doc, -1) {
		if !strings.Contains(testSources(t), "func "+name[1]+"(") {
			t.Errorf("docs/faults.md names %s, which does not exist", name[1])
		}
	}
}

func testSources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	names, _ := filepath.Glob("*_test.go")
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// docs/stores.md has every store that is played, and the README a row with its
// settings, but for servers that are for tests alone.
func TestStoresAreDocumented(t *testing.T) {
	t.Parallel()
	var pages [2]string
	for i, name := range []string{"../../docs/stores.md", "../../README.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages[i] = string(text)
	}
	forTests := []string{"moto", "Adobe S3Mock", "s3rver"}
	for _, q := range quirkyStores {
		if !strings.Contains(pages[0], "\n| "+q.name+" | "+q.quirk+" |") {
			t.Errorf("docs/stores.md has no row for %s", q)
		}
		if !strings.Contains(pages[1], "\n| "+q.name+" |") && !slices.Contains(forTests, q.name) {
			t.Errorf("the README has no row for %s", q.name)
		}
	}
}

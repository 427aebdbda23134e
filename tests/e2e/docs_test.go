package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The pages and compose.yaml name the versions of servers that the tests run.
func TestVersionsAreDocumented(t *testing.T) {
	t.Parallel()
	type page struct{ name, says string }
	stores := "../../docs/stores.md"
	for _, pin := range []struct {
		file, pattern string
		pages         []page
	}{
		{"servers/requirements.in", `localstack-core.*==(.+)`, []page{
			{stores, "| LocalStack %s |"},
			{"../../README.md", "It pins LocalStack %s,"},
			{"../../compose.yaml", "image: localstack/localstack:%s\n"},
		}},
		{"servers/requirements.in", `moto.*==(.+)`, []page{{stores, "| moto %s |"}}},
		{"servers/s3rver/package.json", `"s3rver": "(.+)"`, []page{{stores, "| s3rver %s |"}}},
		{"../../scripts/settings", `gofakes3@v(.+)`, []page{{stores, "| gofakes3 %s |"}}},
		{"../../scripts/settings", `versitygw@v(.+)`, []page{{stores, "| versitygw %s |"}}},
	} {
		version := regexp.MustCompile(pin.pattern).FindStringSubmatch(readText(t, pin.file))
		if version == nil {
			t.Fatalf("%s: no %s", pin.file, pin.pattern)
		}
		for _, p := range pin.pages {
			if want := fmt.Sprintf(p.says, version[1]); !strings.Contains(readText(t, p.name), want) {
				t.Errorf("%s does not say %q", p.name, want)
			}
		}
	}
}

// Links from page to page lead to files and headings that are there.
func TestLinksLead(t *testing.T) {
	t.Parallel()
	pages, _ := filepath.Glob("../../docs/*.md")
	pages = append(pages, "../../README.md", "../../HACKING.md")
	link := regexp.MustCompile(`\]\(([^):]*?)(?:#([^)]*))?\)`)
	for _, page := range pages {
		for _, l := range link.FindAllStringSubmatch(readText(t, page), -1) {
			to := page
			if l[1] != "" {
				to = filepath.Join(filepath.Dir(page), l[1])
			}
			if _, err := os.Stat(to); err != nil || l[2] != "" && !slices.Contains(anchors(t, to), l[2]) {
				t.Errorf("%s: %s leads nowhere", page, l[0])
			}
		}
	}
}

// anchors are the names that GitHub gives to a page's headings.
func anchors(t *testing.T, page string) []string {
	var all []string
	mark := regexp.MustCompile(`[^\w\- ]`)
	for _, h := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(readText(t, page), -1) {
		all = append(all, strings.ReplaceAll(mark.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return all
}

func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// docs/stores.md has every store that is played, and the README a row with its
// settings, but for servers that are for tests alone.
func TestStoresAreDocumented(t *testing.T) {
	t.Parallel()
	stores, readme := readText(t, "../../docs/stores.md"), readText(t, "../../README.md")
	forTests := []string{"moto", "Adobe S3Mock", "s3rver"}
	for _, q := range quirkyStores {
		if !strings.Contains(stores, "\n| "+q.name+" | "+q.quirk+" |") {
			t.Errorf("docs/stores.md has no row for %s", q)
		}
		if !strings.Contains(readme, "\n| "+q.name+" |") && !slices.Contains(forTests, q.name) {
			t.Errorf("the README has no row for %s", q.name)
		}
	}
}

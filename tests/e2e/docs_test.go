package e2e

import (
	"os"
	"slices"
	"strings"
	"testing"
)

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

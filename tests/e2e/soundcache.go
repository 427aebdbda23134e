package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// soundCache wants that every body in a cache directory hashes to its name,
// that every action file is well formed and points at a body of its size, and
// that there is nothing else but what go or the helper keep there.
func soundCache(t testing.TB, cache string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(cache, "??", "*"))
	for _, path := range files {
		name := filepath.Base(path)
		switch {
		case strings.HasSuffix(name, "-d"):
			if body, err := os.ReadFile(path); err == nil && outputOf(body).hex()+"-d" != name {
				t.Errorf("%s holds another body of %d bytes", path, len(body))
			}
		case strings.HasSuffix(name, "-a"):
			if err := soundAction(cache, path); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		default:
			t.Errorf("left behind: %s", path)
		}
	}
}

// soundAction checks an action file: docs/storage.md, 1.1.
func soundAction(cache, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var action, output string
	var size, when int64
	if _, err := fmt.Sscanf(string(text), "v1 %64s %64s %20d %20d\n", &action, &output, &size, &when); err != nil || len(text) != 175 {
		return fmt.Errorf("%q: %v", text, err)
	}
	if action+"-a" != filepath.Base(path) {
		return fmt.Errorf("it is action %s's", action)
	}
	info, err := os.Stat(filepath.Join(cache, output[:2], output+"-d"))
	if err != nil {
		return err
	}
	if info.Size() != size {
		return fmt.Errorf("a body of %d bytes, want %d", info.Size(), size)
	}
	return nil
}

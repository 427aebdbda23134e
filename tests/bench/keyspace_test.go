package main

import (
	"slices"
	"strings"
	"testing"
)

func TestPagesHaveEveryKeyOnceInOrder(t *testing.T) {
	for kind := range keyKinds {
		for _, count := range []int{0, 1, 9, 10, 11, 2500} {
			keys := keyspace{kind, count}
			var got []string
			for more, after := true, ""; more; {
				var page []string
				page, more = keys.page("", after, 10)
				got = append(got, page...)
				if more {
					after = page[len(page)-1]
				}
			}
			if len(got) != count || !slices.IsSorted(got) || len(slices.Compact(got)) != count {
				t.Errorf("%v: %d listed", keys, len(got))
			}
		}
	}
}

func TestPageBeginsBehindAndEndsWithPrefix(t *testing.T) {
	keys := keyspace{"own", 4096}
	page, more := keys.page("a", "a8", 1000)
	if more || len(page) != 128 {
		t.Fatalf("%d keys, more %v", len(page), more)
	}
	for _, key := range page {
		if !strings.HasPrefix(key, "a") || key <= "a8" {
			t.Errorf("%s is listed", key)
		}
	}
}

package main

import "testing"

func TestLeafHasFewestDependents(t *testing.T) {
	for name, test := range map[string]struct {
		all  []pkg
		want string
	}{
		"few before many": {[]pkg{{"m", "", []string{"a", "b", "fmt"}}, {"a", "", []string{"base"}},
			{"b", "", []string{"base", "rare"}}, {"base", "", []string{"fmt"}}, {"rare", "", nil}}, "rare"},
		"no inner package": {[]pkg{{"m", "", []string{"a"}}, {"a", "", []string{"b"}}, {"b", "", nil}}, "b"},
		"only one":         {[]pkg{{"m", "", []string{"fmt"}}}, "m"},
	} {
		leaf, err := chooseLeaf(test.all)
		if err != nil || leaf.path != test.want {
			t.Errorf("%s: %q, %v; want %s", name, leaf.path, err, test.want)
		}
	}
	if _, err := chooseLeaf(nil); err == nil {
		t.Error("a leaf of nothing")
	}
}

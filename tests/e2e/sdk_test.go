package e2e

import "testing"

// The SDKs and gocache-s3 make the same of the same environment.
func TestSDKs(t *testing.T) {
	b := newBench(t)
	for name, table := range map[string]sdkTable{
		"environment":  sdkEnvironment,
		"files":        sdkFiles,
		"roles":        sdkRoles,
		"web identity": sdkWebIdentity,
		"SSO":          sdkSSO,
		"sources":      sdkSources,
		"order":        sdkOrder,
		"hosts":        sdkHosts,
		"endpoints":    sdkEndpoints,
		"addresses":    sdkAddresses,
		"proxies":      sdkProxies,
	} {
		t.Run(name, func(t *testing.T) { b.run(t, table) })
	}
}

#include "mirror/tally.h"

#include "os/process.h"

static void
add_ahead(struct link_counts *counts, struct ahead *ahead)
{
	struct ahead_counts a = ahead_counts(ahead);

	counts->prefetched = a.entries;
	counts->prefetched_bytes = a.bytes + past_bytes(ahead_past(ahead));
	counts->rejected = a.rejected;
}

static void
add_packer(struct link_counts *counts, struct packer *packer)
{
	struct packer_counts p = packer_counts(packer);

	counts->packs = p.packs;
	counts->snapshots = p.snapshots;
	counts->packed_bytes = p.bytes;
}

struct link_counts
tally(struct remote *remote, struct ahead *ahead, struct packer *packer)
{
	struct link_counts counts = remote_counts(remote);
	struct process_usage usage = process_usage();

	if (ahead) {
		add_ahead(&counts, ahead);
	}
	if (packer) {
		add_packer(&counts, packer);
	}
	counts.cpu_us = usage.cpu_us;
	counts.peak_kb = usage.peak_kb;
	return counts;
}

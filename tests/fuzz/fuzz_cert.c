/* A certificate's fields lie inside its bytes, and its names match themselves
 * when they have no wildcard. */
#include "base/cert.h"

#include "fuzz.h"

static void
check_names(const struct cert *cert, struct view whole)
{
	struct view rest = cert->alt_names;
	struct cert_name name;

	while (cert_next_name(&rest, &name)) {
		check(lies_in(name.value, whole));
		if (name.is_address
				? !cert_is_for_address(cert, name.value)
				: name.value.n > 0 && name.value.p[0] != '*' &&
					  !cert_is_for_name(cert, name.value)) {
			abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view whole = {(const char *)data, size};
	struct cert cert;

	if (!cert_read(whole, &cert)) {
		return 0;
	}
	check(lies_in(cert.issuer, whole));
	check(lies_in(cert_label(cert.subject), whole));
	check_names(&cert, whole);
	if (cert_is_for_name(&cert, VIEW("")) ||
		(!cert.purposes.p && !cert_is_for_servers(&cert))) {
		abort();
	}
	return 0;
}

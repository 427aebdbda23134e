/* Bodies of refusals from strangers, after a byte for the operation and two
 * for the status: every judgement is whole and can be said to a person. */
#include "s3/errors.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct errors_judgement j;
	struct view body;
	unsigned status;

	if (size < 3) {
		return 0;
	}
	status = (unsigned)(data[1] << 8 | data[2]) % 1000;
	body = (struct view){(const char *)data + 3, size - 3};
	j = errors_judge(data[0] % ERRORS_OPS, status, body);
	check(strlen(j.code) <= ERRORS_CODE_MAX);
	check(strlen(j.region) <= REGION_MAX);
	check(j.mend <= ERRORS_MEND_PAYLOAD && j.verdict <= ERRORS_OFF);
	check(j.advice != NULL);
	check(j.verdict != ERRORS_OFF || j.advice[0] != '\0');
	return 0;
}

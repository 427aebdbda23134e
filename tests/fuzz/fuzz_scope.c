/* Whatever the files and words around a go command are, they have ids, always
 * the same; what is found in a text lies in it. */
#include "pack/gofile.h"
#include "pack/scope.h"

#include "fuzz.h"

static void
check_values(struct view text, const char *name)
{
	struct gofile file = gofile_open(text, name);
	struct view value;
	size_t lines = 1;

	for (size_t i = 0; i < text.n; i++) {
		lines += text.p[i] == '\n';
	}
	while (gofile_next(&file, &value)) {
		check(lies_in(value, text) && lines-- > 0);
	}
}

/* Parts of the input, between bytes that are 1. */
static struct view
next_part(struct view *rest)
{
	struct view part;

	view_cut(*rest, '\1', &part, rest);
	return part;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = {(const char *)data, size};
	struct scope_run run = {.name = VIEW("")};
	struct id scope[2], family[2];

	run.argv = next_part(&rest);
	run.go_mod = next_part(&rest);
	run.go_work = next_part(&rest);
	run.dir = next_part(&rest);
	run.root = next_part(&rest);
	for (size_t i = 0; i < SCOPE_SETTINGS; i++) {
		run.setting[i] = gofile_setting(rest, scope_setting_name[i]);
		check(lies_in(run.setting[i], rest));
	}
	check_values(run.go_mod, "module");
	check_values(run.go_work, "use");
	check(lies_in(scope_command(run.argv), run.argv));
	for (int i = 0; i < 2; i++) {
		scope_of(&run, &scope[i], &family[i]);
	}
	check(id_eq(&scope[0], &scope[1]) && id_eq(&family[0], &family[1]));
	check(!id_eq(&scope[0], &family[0]));
	return 0;
}

#include "cli/options.h"

#include "cli/options_table.h"

/* Appends spaces until the line that began at start is width wide. */
static void
pad(struct buf *out, size_t start, size_t width)
{
	do {
		buf_char(out, ' ');
	} while (out->len < start + width && buf_ok(out));
}

static bool
has_preset(const struct option *opt)
{
	return opt->kind >= OPTION_DURATION;
}

/*   -NAME PLACEHOLDER       VARIABLE
 *         what it does (default VALUE)
 */
static void
help_option(const struct option *opt, struct buf *out)
{
	size_t start = out->len;

	buf_str(out, "  -");
	buf_str(out, opt->name);
	if (opt->placeholder[0] != '\0') {
		buf_char(out, ' ');
		buf_str(out, opt->placeholder);
	}
	if (opt->env) {
		pad(out, start, 32);
		buf_str(out, opt->env);
	}
	buf_str(out, "\n        ");
	buf_str(out, opt->help);
	if (has_preset(opt)) {
		buf_str(out, " (default ");
		buf_str(out, opt->preset);
		buf_char(out, ')');
	}
	buf_char(out, '\n');
}

void
options_help(struct buf *out)
{
	buf_str(out,
		"gocache-s3 shares the build cache of the go command through "
		"S3.\n\n"
		"usage: export GOCACHEPROG=\"gocache-s3 [options]\"\n"
		"       gocache-s3 doctor [options]    "
		"tries every step, says what is wrong\n\n"
		"options, each with the variable that stands for it when the "
		"flag is not given:\n\n");
	for (size_t i = 0; i < options_count; i++) {
		if (options_table[i].help) {
			help_option(&options_table[i], out);
		}
	}
	buf_str(out,
		"\nCredentials come from the AWS variables and files, as for "
		"the AWS command line.\nMore: man gocache-s3\n");
}

/* The program stands for a go command, too: copied to a file named go, it waits
 * until it is killed, and so does what it starts (see play). */
#include "os/gocmd.h"

#include "base/array.h"
#include "os/process.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { TEXT_MAX = 512, WORDS_MAX = 8 };

static char top[64]; /* a directory of the test's own */

struct ids {
	struct id scope, family;
};

/* A path below top; valid until the fourth call after. */
static const char *
at(const char *name)
{
	static char paths[4][TEXT_MAX];
	static unsigned next;
	char *path = paths[next++ % ARRAY_LEN(paths)];

	snprintf(path, TEXT_MAX, "%s/%s", top, name);
	return path;
}

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(at(name), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void
make_dir(const char *name)
{
	assert_int_equal(mkdir(at(name), 0755), 0);
}

static void
copy_program(const char *name)
{
	static char block[64 * 1024];
	int from = open("/proc/self/exe", O_RDONLY);
	int to = open(at(name), O_WRONLY | O_CREAT, 0755);
	ssize_t n;

	assert_true(from >= 0 && to >= 0);
	while ((n = read(from, block, sizeof(block))) > 0) {
		assert_int_equal(write(to, block, (size_t)n), n);
	}
	close(from);
	close(to);
}

static int
set_up(void **state)
{
	snprintf(top, sizeof(top), "/tmp/gocmd-XXXXXX");
	if (!mkdtemp(top)) {
		return -1;
	}
	make_dir("bin");
	copy_program("bin/go");
	copy_program("bin/wrapper");
	make_dir("m");
	make_dir("m/sub");
	write_file("m/go.mod", "module example.com/m\n");
	return 0;
}

static int
tear_down(void **state)
{
	char command[TEXT_MAX];

	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

/* --- processes ------------------------------------------------------------- */

/* What the copies do: a wrapper with a number starts the next one, down to the
 * last, which says who it is; a go starts wrappers, as many as STEPS says. */
static int
play(char *const argv[])
{
	const char *steps = getenv("STEPS");
	bool is_go = strcmp(argv[0], "go") == 0;
	int left = is_go ? atoi(steps) : atoi(argv[1]) - 1;
	char number[16];
	pid_t self = getpid();

	if (left == 0) {
		return write(STDOUT_FILENO, &self, sizeof(self)) > 0 && pause();
	}
	snprintf(number, sizeof(number), "%d", left);
	if (fork() == 0) {
		execl(getenv("WRAPPER"), "wrapper", number, NULL);
		_exit(1);
	}
	return pause();
}

/* A go command with these words in this directory, and a process that it has
 * started, steps away. */
struct running {
	pid_t go, last;
};

/* Makes an argv of words. */
static void
split(const char *words, char copy[TEXT_MAX], char *argv[WORDS_MAX + 1])
{
	size_t n = 0;

	snprintf(copy, TEXT_MAX, "%s", words);
	argv[n++] = copy;
	for (char *p = copy; (p = strchr(p, ' ')); p++) {
		*p = '\0';
		argv[n++] = p + 1;
		assert_true(n <= WORDS_MAX);
	}
	argv[n] = NULL;
}

static struct running
run_go(const char *dir, const char *words, int steps)
{
	char copy[TEXT_MAX], number[16], *argv[WORDS_MAX + 1];
	struct running r;
	int said[2];

	split(words, copy, argv);
	snprintf(number, sizeof(number), "%d", steps);
	assert_int_equal(pipe(said), 0);
	r.go = fork();
	if (r.go == 0) {
		setpgid(0, 0);
		dup2(said[1], STDOUT_FILENO);
		setenv("STEPS", number, 1);
		setenv("WRAPPER", at("bin/wrapper"), 1);
		if (chdir(at(dir)) == 0) {
			execv(at("bin/go"), argv);
		}
		_exit(1);
	}
	setpgid(r.go, r.go);
	close(said[1]);
	assert_int_equal(read(said[0], &r.last, sizeof(r.last)), sizeof(pid_t));
	close(said[0]);
	return r;
}

static void
stop(struct running r)
{
	assert_int_equal(kill(-r.go, SIGKILL), 0);
	assert_int_equal(waitpid(r.go, NULL, 0), r.go);
}

#define ENV(...) ((char *const[]){__VA_ARGS__, NULL})
#define USUAL                                                                  \
	(char[]){"GOVERSION=go1.26.8"}, (char[]){"GOOS=linux"}, (char[])       \
	{                                                                      \
		"GOARCH=amd64"                                                 \
	}

static struct ids
ids_of(const char *dir, const char *words, char *const env[])
{
	struct running r = run_go(dir, words, 0);
	struct ids ids;

	gocmd_scope(r.last, env, "", &ids.scope, &ids.family);
	stop(r);
	return ids;
}

static void
assert_differ(struct ids a, struct ids b, bool in_scope, bool in_family)
{
	assert_int_equal(!id_eq(&a.scope, &b.scope), in_scope);
	assert_int_equal(!id_eq(&a.family, &b.family), in_family);
}

/* --- tests ----------------------------------------------------------------- */

/* What is found is what scope_of is told. */
static void
a_go_command_is_seen_as_it_is(void **state)
{
	const struct scope_run run = {
		.go_mod = VIEW("module example.com/m\n"),
		.root = view_of(at("m")),
		.dir = view_of(at("m/sub")),
		.argv = VIEW("go\0build\0-race\0./...\0"),
		.version = VIEW("go1.26.8"),
		.setting = {VIEW("linux"), VIEW("amd64")},
	};
	struct ids want;

	scope_of(&run, &want.scope, &want.family);
	assert_differ(ids_of("m/sub", "go build -race ./...", ENV(USUAL)), want,
		false, false);
}

static void
the_same_run_again_is_the_same(void **state)
{
	struct ids usual = ids_of("m", "go build ./...", ENV(USUAL));

	assert_differ(
		usual, ids_of("m", "go build ./...", ENV(USUAL)), false, false);
	assert_differ(usual, ids_of("m", "go build -v -o x ./...", ENV(USUAL)),
		false, false);
	assert_differ(
		usual, ids_of("m", "go test ./...", ENV(USUAL)), true, false);
	assert_differ(usual, ids_of("m/sub", "go build ./...", ENV(USUAL)),
		true, false);
}

static void
another_module_is_another_family(void **state)
{
	struct ids usual = ids_of("m", "go build", ENV(USUAL));

	write_file("m/sub/go.mod", "module example.com/m/sub\n");
	struct ids sub = ids_of("m/sub", "go build", ENV(USUAL));

	unlink(at("m/sub/go.mod"));
	assert_differ(usual, sub, true, true);
	assert_differ(usual, ids_of("bin", "go build", ENV(USUAL)), true, true);
}

static void
a_workspace_wins(void **state)
{
	struct ids usual = ids_of("m", "go build", ENV(USUAL));

	write_file("go.work", "use ./m\n");
	struct ids inside = ids_of("m", "go build", ENV(USUAL));
	struct ids off =
		ids_of("m", "go build", ENV(USUAL, (char[]){"GOWORK=off"}));

	unlink(at("go.work"));
	write_file("other.work", "use ./m\n");
	char other[TEXT_MAX];

	snprintf(other, sizeof(other), "GOWORK=%s", at("other.work"));
	struct ids named = ids_of("m", "go build", ENV(USUAL, other));

	unlink(at("other.work"));
	assert_differ(usual, off, false, false);
	assert_differ(usual, inside, true, true);
	assert_differ(inside, named, false, false);
	assert_differ(usual,
		ids_of("m", "go build",
			ENV(USUAL, (char[]){"GOWORK=/nonexistent"})),
		false, false);
}

static void
the_env_file_counts_where_the_environment_says_nothing(void **state)
{
	char file[TEXT_MAX];

	snprintf(file, sizeof(file), "GOENV=%s", at("env"));
	write_file("env", "CGO_CFLAGS=-O3\nGOOS=plan9\nGOWORK=off\n");
	struct ids by_file = ids_of("m", "go build", ENV(USUAL, file));
	struct ids by_env =
		ids_of("m", "go build", ENV(USUAL, (char[]){"CGO_CFLAGS=-O3"}));

	assert_differ(by_file, by_env, false, false);
	assert_differ(
		by_file, ids_of("m", "go build", ENV(USUAL)), true, false);
	assert_differ(by_env,
		ids_of("m", "go build",
			ENV(USUAL, file, (char[]){"CGO_CFLAGS=-O2"})),
		true, false);
	unlink(at("env"));
}

static void
scripts_may_stand_between(void **state)
{
	struct ids usual = ids_of("m", "go vet", ENV(USUAL)), ids;

	for (int steps = 0; steps <= GOCMD_ANCESTORS_MAX + 1; steps++) {
		struct running r = run_go("m", "go vet", steps);
		bool too_far = steps > GOCMD_ANCESTORS_MAX;
		char word[16];
		struct buf command = BUF_OVER(word);

		gocmd_scope(r.last, ENV(USUAL), "", &ids.scope, &ids.family);
		gocmd_command(r.last, &command);
		stop(r);
		assert_differ(usual, ids, too_far, too_far);
		assert_string_equal(buf_cstr(&command), too_far ? "" : "vet");
	}
}

static void
a_given_name_needs_no_go_command(void **state)
{
	struct ids one, two;

	gocmd_scope(getpid(), ENV(USUAL), "nightly", &one.scope, &one.family);
	gocmd_scope(0, ENV(USUAL), "nightly", &two.scope, &two.family);
	assert_differ(one, two, false, false);
	gocmd_scope(0, ENV(USUAL), "weekly", &two.scope, &two.family);
	assert_differ(one, two, true, true);
	gocmd_scope(0, ENV((char[]){"GOOS=linux"}), "nightly", &two.scope,
		&two.family);
	assert_differ(one, two, true, true);
}

/* What stands in the way of a file is not read, and nobody waits for it. */
static void
pipes_and_directories_are_no_files(void **state)
{
	struct ids usual = ids_of("m/sub", "go build", ENV(USUAL));
	char file[TEXT_MAX];

	assert_int_equal(mkfifo(at("m/sub/go.mod"), 0600), 0);
	make_dir("m/go.work");
	snprintf(file, sizeof(file), "GOENV=%s", at("m/sub/go.mod"));
	assert_differ(usual, ids_of("m/sub", "go build", ENV(USUAL, file)),
		false, false);
	unlink(at("m/sub/go.mod"));
	rmdir(at("m/go.work"));
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_go_command_is_seen_as_it_is),
		cmocka_unit_test(the_same_run_again_is_the_same),
		cmocka_unit_test(another_module_is_another_family),
		cmocka_unit_test(a_workspace_wins),
		cmocka_unit_test(
			the_env_file_counts_where_the_environment_says_nothing),
		cmocka_unit_test(scripts_may_stand_between),
		cmocka_unit_test(a_given_name_needs_no_go_command),
		cmocka_unit_test(pipes_and_directories_are_no_files),
	};

	if (argc > 1) {
		return play(argv);
	}
	return cmocka_run_group_tests_name("gocmd", tests, set_up, tear_down);
}

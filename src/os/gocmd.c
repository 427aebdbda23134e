#include "os/gocmd.h"

#include "base/limits.h"
#include "os/fdio.h"
#include "pack/gofile.h"
#include "s3/env.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROC_PATH_MAX = 64 };

/* What is read; each text in a block of its own. */
struct surroundings {
	char *const *env;
	struct buf argv, settings, go_mod, go_work;
	/* "" where there is none */
	char dir[PATH_LEN_MAX], mod_path[PATH_LEN_MAX], work_path[PATH_LEN_MAX];
};

/* --- files ----------------------------------------------------------------- */

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static void
read_text(const char *path, struct buf *text)
{
	struct gs_err ignored;

	if (!is_file(path) ||
		fd_read_file(path, CONFIG_FILE_MAX, text, &ignored) != GS_OK) {
		*text = (struct buf){.p = NULL};
	}
}

/* Takes the last name off a path; false if there is none. */
static bool
cut_name(struct view *path)
{
	while (path->n > 0) {
		path->n--;
		if (path->p[path->n] == '/') {
			return true;
		}
	}
	return false;
}

/* Writes the path of the nearest file of this name, in dir or above it; "" if
 * there is none. */
static void
find_upwards(const char *dir, const char *name, char path[PATH_LEN_MAX])
{
	struct view place = view_of(dir);

	if (view_eq(place, VIEW("/"))) {
		place.n = 0;
	}
	do {
		struct buf out = buf_over(path, PATH_LEN_MAX);

		buf_add(&out, place);
		buf_char(&out, '/');
		buf_str(&out, name);
		if (is_file(buf_cstr(&out))) {
			return;
		}
	} while (cut_name(&place));
	path[0] = '\0';
}

/* --- processes ------------------------------------------------------------- */

static const char *
proc_path(pid_t pid, const char *name, char storage[PROC_PATH_MAX])
{
	struct buf path = buf_over(storage, PROC_PATH_MAX);

	buf_str(&path, "/proc/");
	buf_uint(&path, (uint64_t)pid);
	buf_char(&path, '/');
	buf_str(&path, name);
	return buf_cstr(&path);
}

static bool
read_link(pid_t pid, const char *name, char target[PATH_LEN_MAX])
{
	char storage[PROC_PATH_MAX];
	ssize_t n =
		readlink(proc_path(pid, name, storage), target, PATH_LEN_MAX);

	if (n < 0 || n == PATH_LEN_MAX) {
		return false;
	}
	target[n] = '\0';
	return true;
}

static bool
is_go(pid_t pid)
{
	char exe[PATH_LEN_MAX];

	return read_link(pid, "exe", exe) &&
	       view_ends(view_of(exe), VIEW("/go"));
}

static pid_t
parent_of(pid_t pid)
{
	char storage[PROC_PATH_MAX];
	struct buf status;
	struct view rest, line;
	unsigned long long parent = 0;

	read_text(proc_path(pid, "status", storage), &status);
	for (rest = buf_view(&status); rest.n > 0;) {
		view_cut(rest, '\n', &line, &rest);
		if (view_starts(line, VIEW("PPid:"))) {
			view_uint(view_trim(view_skip(line, 5)), INT32_MAX,
				&parent);
			break;
		}
	}
	free(status.p);
	return (pid_t)parent;
}

/* The go command, or 0. */
static pid_t
find_go(pid_t pid)
{
	for (int i = 0; i <= GOCMD_ANCESTORS_MAX && pid > 0; i++) {
		if (is_go(pid)) {
			return pid;
		}
		pid = parent_of(pid);
	}
	return 0;
}

static void
read_argv(pid_t go, struct buf *argv)
{
	char storage[PROC_PATH_MAX];

	read_text(proc_path(go, "cmdline", storage), argv);
}

/* --- what counts ----------------------------------------------------------- */

/* A setting as go takes it: what is set in the environment wins. */
static struct view
setting_of(const struct surroundings *s, const char *name)
{
	struct view value = env_get(s->env, name);

	return value.n > 0 ? value
			   : gofile_setting(buf_view(&s->settings), name);
}

/* https://go.dev/ref/mod#workspaces */
static void
find_workspace(struct surroundings *s)
{
	struct view given = setting_of(s, "GOWORK");
	struct buf path = BUF_OVER(s->work_path);

	if (given.n == 0) {
		find_upwards(s->dir, "go.work", s->work_path);
	} else if (!view_eq(given, VIEW("off"))) {
		buf_add(&path, given);
		(void)buf_cstr(&path);
	}
}

static void
find_dir(struct surroundings *s, pid_t go)
{
	if (!read_link(go, "cwd", s->dir) && !getcwd(s->dir, sizeof(s->dir))) {
		s->dir[0] = '\0';
	}
}

/* go sets GOENV for its helpers always; it is empty if there is no file. */
static void
look_around(struct surroundings *s, pid_t go)
{
	struct view env_file = env_get(s->env, "GOENV");

	if (env_file.n > 0) {
		read_text(env_file.p, &s->settings);
	}
	read_argv(go, &s->argv);
	find_dir(s, go);
	if (s->dir[0] == '/') {
		find_upwards(s->dir, "go.mod", s->mod_path);
		find_workspace(s);
	}
	read_text(s->mod_path, &s->go_mod);
	read_text(s->work_path, &s->go_work);
}

static void
release(struct surroundings *s)
{
	free(s->argv.p);
	free(s->settings.p);
	free(s->go_mod.p);
	free(s->go_work.p);
	free(s);
}

static struct scope_run
run_in(const struct surroundings *s)
{
	struct scope_run run = {
		.go_mod = buf_view(&s->go_mod),
		.go_work = buf_view(&s->go_work),
		.root = view_of(s->go_work.p ? s->work_path : s->mod_path),
		.dir = view_of(s->dir),
		.argv = buf_view(&s->argv),
		.version = env_get(s->env, "GOVERSION"),
	};

	(void)cut_name(&run.root);
	for (size_t i = 0; i < SCOPE_SETTINGS; i++) {
		run.setting[i] = setting_of(s, scope_setting_name[i]);
	}
	return run;
}

void
gocmd_scope(pid_t pid, char *const env[], const char *name, struct id *scope,
	struct id *family)
{
	struct surroundings *s = calloc(1, sizeof(*s));
	struct scope_run run = {.name = view_of(name)};

	if (!s) {
		scope_of(&run, scope, family);
		return;
	}
	s->env = env;
	look_around(s, find_go(pid));
	run = run_in(s);
	run.name = view_of(name);
	scope_of(&run, scope, family);
	release(s);
}

void
gocmd_command(pid_t pid, struct buf *out)
{
	struct buf argv;

	read_argv(find_go(pid), &argv);
	buf_add(out, scope_command(buf_view(&argv)));
	free(argv.p);
}

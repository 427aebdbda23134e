/*
 * An HTTP server that answers as a test says: a thread for each connection,
 * which reads a request and hands it to the test's function. It remembers what
 * it heard.
 */
#ifndef TESTS_SCRIPTED_SERVER_H
#define TESTS_SCRIPTED_SERVER_H

#include "base/view.h"
#include "loopback.h"

#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum {
	SCRIPT_HEARD_MAX = 512,
	SCRIPT_CONNS_MAX = 128,
	HEARD_HEAD_MAX = 2048,
	HEARD_BODY_MAX = 128,
};

/* One request: the how-manyth on the how-manyth connection, from 0. */
struct heard {
	size_t conn, turn;
	size_t number; /* among all */
	char head[HEARD_HEAD_MAX];
	char body[HEARD_BODY_MAX]; /* its beginning */
	size_t body_len;
};

struct script;

/* Answers on fd. False: the connection is closed. */
typedef bool script_answer(struct script *s, int fd, const struct heard *h);

struct script_conn {
	struct script *script;
	size_t number;
	int fd;
	pthread_t thread;
};

struct script {
	int listener;
	struct address where;
	script_answer *answer;
	bool early; /* answer before the body is read; set before the start */
	pthread_t acceptor;
	atomic_bool stopping;
	pthread_mutex_t lock; /* guards what follows */
	size_t conns, heard_count;
	struct script_conn conn[SCRIPT_CONNS_MAX];
	struct heard heard[SCRIPT_HEARD_MAX];
};

/* The value of a header of the request, "" if it is not there. */
static inline struct view
heard_header(const struct heard *h, const char *name)
{
	struct view rest = view_of(h->head), line, field, value;

	while (view_cut(rest, '\n', &line, &rest)) {
		if (view_cut(line, ':', &field, &value) &&
			view_eq_nocase(field, view_of(name))) {
			return view_trim(value);
		}
	}
	return VIEW("");
}

static inline bool
heard_starts(const struct heard *h, const char *text)
{
	return view_starts(view_of(h->head), view_of(text));
}

static inline void
say_bytes(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t done = send(fd, at, n, MSG_NOSIGNAL);

		if (done <= 0) {
			return;
		}
		at += done;
		n -= (size_t)done;
	}
}

static inline void
say_text(int fd, const char *text)
{
	say_bytes(fd, text, strlen(text));
}

/* A whole answer; headers end in CRLF each. */
static inline bool
answer_with(int fd, const char *status, const char *headers, const char *body)
{
	char head[1024];

	snprintf(head, sizeof(head),
		"HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status, headers,
		strlen(body));
	say_text(fd, head);
	say_text(fd, body);
	return true;
}

/* An error document as S3 sends it. */
static inline bool
answer_error(int fd, const char *status, const char *headers, const char *code)
{
	char body[512];

	snprintf(body, sizeof(body),
		"<?xml version=\"1.0\"?><Error><Code>%s</Code></Error>", code);
	return answer_with(fd, status, headers, body);
}

static inline size_t
hear_body(int fd, struct heard *h)
{
	unsigned long long length = 0, left;
	char rest[4096];

	view_uint(heard_header(h, "content-length"), 1 << 30, &length);
	left = length;
	while (left > 0) {
		bool kept = h->body_len < sizeof(h->body);
		char *to = kept ? h->body + h->body_len : rest;
		size_t room =
			kept ? sizeof(h->body) - h->body_len : sizeof(rest);
		ssize_t n = recv(fd, to, room < left ? room : (size_t)left, 0);

		if (n <= 0) {
			break;
		}
		h->body_len += kept ? (size_t)n : 0;
		left -= (size_t)n;
	}
	return (size_t)(length - left);
}

static inline bool
hear_head(int fd, struct heard *h)
{
	size_t n = 0;

	while (n + 1 < sizeof(h->head) && recv(fd, h->head + n, 1, 0) == 1) {
		n++;
		h->head[n] = '\0';
		if (n >= 4 && strcmp(h->head + n - 4, "\r\n\r\n") == 0) {
			return true;
		}
	}
	return false;
}

/* Who answers it is the result. */
static inline script_answer *
remember(struct script *s, struct heard *h)
{
	pthread_mutex_lock(&s->lock);
	h->number = s->heard_count;
	if (s->heard_count < SCRIPT_HEARD_MAX) {
		s->heard[s->heard_count++] = *h;
	}
	script_answer *answer = s->answer;

	pthread_mutex_unlock(&s->lock);
	return answer;
}

static inline void *
script_converse(void *arg)
{
	struct script_conn *c = arg;
	struct script *s = c->script;
	bool going = true;

	for (size_t turn = 0; going; turn++) {
		struct heard h = {.conn = c->number, .turn = turn};

		going = hear_head(c->fd, &h);
		if (going && !s->early) {
			hear_body(c->fd, &h);
		}
		if (going) {
			going = remember(s, &h)(s, c->fd, &h);
		}
	}
	shutdown(c->fd, SHUT_WR);
	return NULL;
}

static inline void *
script_accept(void *arg)
{
	struct script *s = arg;
	int fd, at_once = 1;

	while ((fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once,
			sizeof(at_once));
		pthread_mutex_lock(&s->lock);
		bool wanted = !s->stopping && s->conns < SCRIPT_CONNS_MAX;

		if (wanted) {
			struct script_conn *c = &s->conn[s->conns];

			*c = (struct script_conn){
				.script = s, .number = s->conns, .fd = fd};
			s->conns++;
			pthread_create(&c->thread, NULL, script_converse, c);
		}
		pthread_mutex_unlock(&s->lock);
		if (!wanted) {
			close(fd);
		}
	}
	return NULL;
}

/* Listens, but answers nobody yet: so that a process can be forked first. */
static inline void
script_listen(struct script *s, script_answer *answer)
{
	memset(s, 0, sizeof(*s));
	s->answer = answer;
	pthread_mutex_init(&s->lock, NULL);
	s->listener = loopback_listen(AF_INET, 64, &s->where);
}

static inline void
script_run(struct script *s)
{
	assert_int_equal(
		pthread_create(&s->acceptor, NULL, script_accept, s), 0);
}

static inline void
script_start(struct script *s, script_answer *answer)
{
	script_listen(s, answer);
	script_run(s);
}

/* Ends all conversations. */
static inline void
script_stop(struct script *s)
{
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	for (size_t i = 0; i < s->conns; i++) {
		shutdown(s->conn[i].fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&s->lock);
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->acceptor, NULL);
	close(s->listener);
	for (size_t i = 0; i < s->conns; i++) {
		pthread_join(s->conn[i].thread, NULL);
		close(s->conn[i].fd);
	}
}

/* Lets another function answer from now on. */
static inline void
script_change(struct script *s, script_answer *answer)
{
	pthread_mutex_lock(&s->lock);
	s->answer = answer;
	pthread_mutex_unlock(&s->lock);
}

static inline size_t
script_count_heard(struct script *s)
{
	pthread_mutex_lock(&s->lock);
	size_t count = s->heard_count;

	pthread_mutex_unlock(&s->lock);
	return count;
}

/* Until it has heard so many requests. */
static inline void
script_await(struct script *s, size_t count)
{
	for (int i = 0; i < 20000 && script_count_heard(s) < count; i++) {
		usleep(1000);
	}
	assert_true(script_count_heard(s) >= count);
}

static inline size_t
script_count_conns(struct script *s)
{
	pthread_mutex_lock(&s->lock);
	size_t count = s->conns;

	pthread_mutex_unlock(&s->lock);
	return count;
}

/* The requests whose head starts with the text. */
static inline size_t
script_count(struct script *s, const char *start)
{
	size_t count = 0;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->heard_count; i++) {
		count += heard_starts(&s->heard[i], start);
	}
	pthread_mutex_unlock(&s->lock);
	return count;
}

#endif

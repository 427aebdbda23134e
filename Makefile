# gocache-s3: GNU make, one file.
#
## make              the program: ./gocache-s3, static, stripped
## make install      with its man page (PREFIX=, DESTDIR=); uninstall
## make demo         a real module through a real S3 server, twice
## make test         everything below, after setting the machine up
## make unit         unit tests under address and undefined-behaviour sanitizers
## make unit-tsan    those with threads, under the thread sanitizer
## make fuzz-smoke   every fuzzer, briefly; make fuzz NAME=x [SECONDS=n]
## make e2e          the go command and S3 servers (RUN=regexp)
## make e2e-sanitized, make e2e-tsan    the same with sanitizers
## make lint         format, shell, layers, headers, warnings, clang-tidy, ...
## make reproducible the dist tarball builds the same bytes, with no network
## make dist         a tarball with everything that it is built from
## make bench        measures (ARGS=, see scripts/bench)
## make clean
## Variables: DEV=1 makes warnings errors; SOURCES=dir, CC=, CLANG=, BUILD=dir.
#
# Every variant has its own directory under build/, so that objects of two
# compilers never mix. The release is `musl`; the others serve the tests.

VERSION := 0.1.0
# The day of that version, UTC: roots that had expired by then are left out.
export SOURCE_DATE_EPOCH := $(shell date -u -d 2026-11-23 +%s)

PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build
SOURCES ?= $(GOCACHE_S3_SOURCES)
CLANG ?= $(call first,clang-14 clang)

first = $(firstword $(foreach c,$(1),$(if $(shell command -v $(c)),$(c))) $(1))

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc) --no-print-directory
endif

.PHONY: all install uninstall dist reproducible test unit unit-tsan \
	fuzz-smoke fuzz e2e e2e-sanitized e2e-tsan lint layers headers warnings tidy \
	demo bench clean help FORCE
.DELETE_ON_ERROR:
.SUFFIXES:

all: gocache-s3

# --- what is built ----------------------------------------------------------

SRCS := $(sort $(wildcard src/*/*.c src/main.c))
UNIT := $(sort $(wildcard tests/unit/test_*.c))
UNIT_THREADS := $(shell grep -lE 'pthread_create|_(server|fixture)\.h"' $(UNIT) /dev/null)

FETCHED := third_party/.fetched
BEARSSL := third_party/bearssl-0.6
JSMN := third_party/jsmn-1.1.0
CA_CERTIFICATES := third_party/ca-certificates-20250419
MUSL := third_party/musl-1.2.5
ZSTD := third_party/zstd-1.5.7

# --- flags ------------------------------------------------------------------

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wvla -Wcast-qual \
	-Wwrite-strings -Wundef -Walloca -Wformat=2 -Wswitch-enum \
	-Wimplicit-fallthrough -Wnull-dereference $(if $(DEV),-Werror)
# Sanitizers widen frames, so only the plain builds hold the line.
WARN_FRAME := -Wframe-larger-than=4096

BASE_CFLAGS := -std=c11 -D_GNU_SOURCE -Isrc -isystem $(BEARSSL)/inc \
	-isystem $(JSMN) -DJSMN_STRICT -DJSMN_PARENT_LINKS \
	-isystem $(ZSTD)/lib \
	-DGOCACHE_S3_VERSION='"$(VERSION)"' -g -pthread -fno-common \
	-fstack-protector-strong -fno-omit-frame-pointer
PREFIX_MAP := -ffile-prefix-map=$(CURDIR)/=
NO_RECOVER := -fno-sanitize-recover=all

# musl's headers replace the machine's; the compiler's own follow for the
# intrinsics, the kernel's for Landlock and seccomp.
MUSL_ROOT := $(abspath $(BUILD)/musl-root)
MUSL_INCLUDES = -nostdinc -isystem $(MUSL_ROOT)/include \
	-isystem $(shell $(CC) -print-file-name=include) \
	-isystem $(MUSL_ROOT)/kernel
HARDEN := -fPIE -ffunction-sections -fdata-sections

CC_musl = $(CC)
CFLAGS_musl = $(BASE_CFLAGS) $(WARN) $(WARN_FRAME) -O2 $(HARDEN) \
	$(PREFIX_MAP) $(MUSL_INCLUDES)
CC_dev = $(CC)
CFLAGS_dev = $(BASE_CFLAGS) $(WARN) $(WARN_FRAME) -O2 -U_FORTIFY_SOURCE \
	-D_FORTIFY_SOURCE=2
CC_asan = $(CC)
CFLAGS_asan = $(BASE_CFLAGS) $(WARN) -O1 -fsanitize=address,undefined \
	$(NO_RECOVER)
CC_tsan = $(CC)
CFLAGS_tsan = $(BASE_CFLAGS) $(WARN) -O1 -fsanitize=thread $(NO_RECOVER)
CC_fuzz = $(CLANG)
CFLAGS_fuzz = $(BASE_CFLAGS) $(WARN) -O1 \
	-fsanitize=fuzzer-no-link,address,undefined $(NO_RECOVER)

# cmocka hands every test a state that most have no use for.
TEST_CFLAGS := -Itests/unit -Wno-unused-parameter

# --- third parties ----------------------------------------------------------

$(FETCHED): scripts/sources
	@scripts/bootstrap build
	@scripts/fetch $(SOURCES)

# Written when an archive is unpacked, so another one's change rebuilds less.
$(BEARSSL)/.sha256 $(MUSL)/.sha256 $(ZSTD)/.sha256 \
	$(CA_CERTIFICATES)/.sha256: $(FETCHED) ;

# BearSSL's warnings are its own.
BEARSSL_CFLAGS = -w -Os -g $(HARDEN) $(PREFIX_MAP) $(1)

# $(1) output directory, $(2) more compiler flags
define build_bearssl
	@echo "  BEARSSL $(1)"
	+@$(MAKE) -s -C $(BEARSSL) lib BUILD=$(abspath $(1)) CC='$(CC)' \
		ARFLAGS=-rcsD CFLAGS='$(call BEARSSL_CFLAGS,$(2))' >/dev/null
endef

BEARSSL_musl := $(BUILD)/musl/bearssl/libbearssl.a
BEARSSL_dev := $(BUILD)/host/bearssl/libbearssl.a
BEARSSL_asan := $(BEARSSL_dev)
BEARSSL_tsan := $(BEARSSL_dev)
BEARSSL_fuzz := $(BEARSSL_dev)

$(BEARSSL_musl): $(BEARSSL)/.sha256 $(MUSL_ROOT)/lib/libc.a
	$(call build_bearssl,$(@D),$(MUSL_INCLUDES))

$(BEARSSL_dev): $(BEARSSL)/.sha256
	$(call build_bearssl,$(@D),-fno-omit-frame-pointer)

# zstd without what only slower levels, dictionaries and old formats need.
ZSTD_CFLAGS = -w -Os -g $(HARDEN) $(PREFIX_MAP) -DZSTD_STRIP_ERROR_STRINGS \
	-DZSTD_NO_TRACE $(patsubst %,-DZSTD_EXCLUDE_%_BLOCK_COMPRESSOR,DFAST \
	GREEDY LAZY LAZY2 BTLAZY2 BTOPT BTULTRA) $(1)

# $(1) output directory, $(2) more compiler flags
define build_zstd
	@echo "  ZSTD    $(1)"
	+@$(MAKE) -s -C $(ZSTD)/lib BUILD_DIR=$(abspath $(1)) CC='$(CC)' \
		ARFLAGS=rcsD ZSTD_LIB_DICTBUILDER=0 ZSTD_LIB_DEPRECATED=0 \
		ZSTD_LEGACY_SUPPORT=0 CFLAGS='$(call ZSTD_CFLAGS,$(2))' \
		$(abspath $(1))/static/libzstd.a >/dev/null
endef

ZSTD_musl := $(BUILD)/musl/zstd/static/libzstd.a
ZSTD_dev := $(BUILD)/host/zstd/static/libzstd.a
ZSTD_asan := $(ZSTD_dev)
ZSTD_tsan := $(ZSTD_dev)
ZSTD_fuzz := $(ZSTD_dev)

$(ZSTD_musl): $(ZSTD)/.sha256 $(MUSL_ROOT)/lib/libc.a
	$(call build_zstd,$(BUILD)/musl/zstd,$(MUSL_INCLUDES))

$(ZSTD_dev): $(ZSTD)/.sha256
	$(call build_zstd,$(BUILD)/host/zstd,-fno-omit-frame-pointer)

MUSL_CFLAGS = -w -Os -fPIE -ffile-prefix-map=$(abspath $(MUSL))/=musl/
MULTIARCH = $(shell $(CC) -print-multiarch)

$(MUSL_ROOT)/lib/libc.a: $(MUSL)/.sha256
	@echo "  MUSL    $(MUSL_ROOT) (about a minute, once)"
	@rm -rf $(BUILD)/musl-obj $(MUSL_ROOT)
	@mkdir -p $(BUILD)/musl-obj $(MUSL_ROOT)/kernel
	@cd $(BUILD)/musl-obj && $(abspath $(MUSL))/configure \
		--prefix=$(abspath $(MUSL_ROOT)) --disable-shared \
		--disable-wrapper CC='$(CC)' CFLAGS='$(MUSL_CFLAGS)' \
		>configure.log
	+@$(MAKE) -s -C $(BUILD)/musl-obj install >$(BUILD)/musl-obj/make.log
	@ln -s /usr/include/linux /usr/include/asm-generic \
		/usr/include/$(MULTIARCH)/asm $(MUSL_ROOT)/kernel/
	@touch $@

# Reads certificates with the program's own code, built for this machine.
$(BUILD)/host/mkroots: scripts/mkroots.c \
		$(patsubst %.c,$(BUILD)/dev/%.o,$(filter src/base/%,$(SRCS))) \
		$(BUILD)/dev/src/os/anchors.o $(BEARSSL_dev)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	@$(CC) $(BASE_CFLAGS) $(WARN) -O1 -o $@ $^

$(BUILD)/gen/roots.c: $(BUILD)/host/mkroots $(CA_CERTIFICATES)/.sha256
	@mkdir -p $(@D)
	@echo "  ROOTS   $@"
	@$< $(CA_CERTIFICATES) >$@.tmp
	@mv $@.tmp $@

# --- our own objects, a set per variant --------------------------------------

OBJ = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(wildcard $(SRCS)) gen/roots.c)
LIB = $(BUILD)/$(1)/libgocache.a
UNIT_BINS = $(patsubst tests/unit/%.c,$(BUILD)/$(1)/unit/%,$(2))

# The list of objects is a file of its own, so that a source that comes or
# goes rebuilds the archive.
define variant
$(call OBJ,$(1)): | $(FETCHED) \
	$(if $(filter musl,$(1)),$(MUSL_ROOT)/lib/libc.a)

$(BUILD)/$(1)/%.o: %.c Makefile
	@mkdir -p $$(@D)
	@echo "  CC      $$@"
	@$$(CC_$(1)) $$(CFLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$(BUILD)/$(1)/gen/roots.o: $(BUILD)/gen/roots.c Makefile
	@mkdir -p $$(@D)
	@echo "  CC      $$@"
	@$$(CC_$(1)) $$(CFLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$(BUILD)/$(1)/objects: FORCE
	@mkdir -p $$(@D)
	@echo '$(call OBJ,$(1))' | cmp -s - $$@ || \
		echo '$(call OBJ,$(1))' >$$@

$(call LIB,$(1)): $(call OBJ,$(1)) $(BUILD)/$(1)/objects
	@rm -f $$@
	@ar rcsD $$@ $$(filter-out %/src/main.o,$$(filter %.o,$$^))

$(BUILD)/$(1)/unit/%: tests/unit/%.c $(call LIB,$(1)) \
		$$(BEARSSL_$(1)) $$(ZSTD_$(1))
	@mkdir -p $$(@D)
	@echo "  CC      $$@"
	@$$(CC_$(1)) $$(CFLAGS_$(1)) $$(TEST_CFLAGS) -MMD -MP -MF $$@.d \
		-o $$@ $$< $(call LIB,$(1)) $$(BEARSSL_$(1)) \
		$$(ZSTD_$(1)) -lcmocka
endef

$(foreach v,musl dev asan tsan fuzz,$(eval $(call variant,$(v))))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# Sanitized and plain programs against the machine's own libc. What a
# sanitizer finds goes into the file `report`.
$(BUILD)/%/gocache-s3: $(BUILD)/%/libgocache.a $(BUILD)/%/src/main.o \
		tests/sanitizer/report.c $(BEARSSL_dev) $(ZSTD_dev)
	@echo "  LINK    $@"
	@truncate -s 64K $(@D)/report
	@$(CC_$*) $(CFLAGS_$*) -DREPORT_FILE='"$(abspath $(@D))/report"' -o $@ \
		$(BUILD)/$*/src/main.o $< tests/sanitizer/report.c \
		$(BEARSSL_dev) $(ZSTD_dev)

# --- the release ------------------------------------------------------------

CRT = $(shell $(CC) -print-file-name=$(1))
LDFLAGS_musl = -static-pie -nostdlib -nostartfiles -Wl,-z,relro,-z,now \
	-Wl,-z,noexecstack -Wl,--gc-sections -Wl,--build-id=none -s

gocache-s3: $(BUILD)/musl/src/main.o $(call LIB,musl) $(BEARSSL_musl) \
		$(ZSTD_musl)
	@echo "  LINK    $@"
	@$(CC) $(LDFLAGS_musl) -o $@ $(MUSL_ROOT)/lib/rcrt1.o \
		$(MUSL_ROOT)/lib/crti.o $(call CRT,crtbeginS.o) $^ \
		$(MUSL_ROOT)/lib/libc.a $(call CRT,libgcc.a) \
		$(call CRT,crtendS.o) $(MUSL_ROOT)/lib/crtn.o

install: gocache-s3
	install -D -m 755 gocache-s3 $(DESTDIR)$(PREFIX)/bin/gocache-s3
	install -D -m 644 docs/gocache-s3.1 \
		$(DESTDIR)$(PREFIX)/share/man/man1/gocache-s3.1

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/gocache-s3 \
		$(DESTDIR)$(PREFIX)/share/man/man1/gocache-s3.1

# What is committed, and the third parties' archives, as one tarball.
DIST := dist/gocache-s3-$(VERSION).tar.gz

dist: $(FETCHED)
	scripts/dist gocache-s3-$(VERSION) $(DIST)

reproducible: gocache-s3 dist
	+@scripts/reproducible $(DIST) gocache-s3

# --- tests ------------------------------------------------------------------

STAGES := lint unit unit-tsan fuzz-smoke e2e e2e-sanitized e2e-tsan \
	reproducible

# Sets the machine up, runs every stage, adds up what the stages counted.
test:
	@scripts/bootstrap test
	+@scripts/test $(STAGES)

unit: $(call UNIT_BINS,asan,$(wildcard $(UNIT)))
	@scripts/run-unit $@ $^

unit-tsan: $(call UNIT_BINS,tsan,$(UNIT_THREADS))
	@scripts/run-unit $@ $^

$(BUILD)/fuzz/bin/%: tests/fuzz/fuzz_%.c $(call LIB,fuzz) $(BEARSSL_fuzz) \
		$(ZSTD_fuzz)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	@$(CC_fuzz) $(CFLAGS_fuzz) -fsanitize=fuzzer -MMD -MP -MF $@.d \
		-o $@ $< $(call LIB,fuzz) $(BEARSSL_fuzz) $(ZSTD_fuzz)

FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

fuzz-smoke: $(addprefix $(BUILD)/fuzz/bin/,$(FUZZERS))
	@scripts/run-fuzz $^

# make fuzz NAME=http1 [SECONDS=600]: one fuzzer for long; finds are kept.
SECONDS ?= 600

fuzz: $(BUILD)/fuzz/bin/$(NAME)
	@mkdir -p $(BUILD)/fuzz/corpus/$(NAME)
	$< -max_total_time=$(SECONDS) -artifact_prefix=$(BUILD)/fuzz/ \
		$(BUILD)/fuzz/corpus/$(NAME) tests/fuzz/corpus/$(NAME)

# The real go command and real servers; RUN= picks tests by name.
e2e: gocache-s3
	@scripts/run-e2e $@ gocache-s3 '$(RUN)'

# Sanitizers look at the program: tests that make the go command work for
# minutes are left to the release.
LONG := SameProgram|DamagedCache|SecondMachine|GoBuildWhileTheMirror

e2e-sanitized: $(BUILD)/asan/gocache-s3
	@scripts/run-e2e $@ $< '$(RUN)' '$(LONG)'

# Where the mirror's threads meet.
e2e-tsan: $(BUILD)/tsan/gocache-s3
	@scripts/run-e2e $@ $< '$(or $(RUN),$(THREADS))' '$(LONG)|GoBuild'

THREADS := Connection|Fault|Close|Gets|Mirror|Interrupt|Terminate|Drain|TLS

# --- lint -------------------------------------------------------------------

PURE = $(filter $(foreach r,base gocache s3 pack,$(BUILD)/musl/src/$(r)/%),\
	$(call OBJ,musl))
OUR_HEADERS := $(wildcard src/*.h src/*/*.h)

lint:
	+@scripts/run-lint format shell names banned manual -- \
		headers layers warnings tidy

layers: $(PURE)
	@scripts/checks/layers $^

headers: | $(FETCHED)
	@scripts/checks/headers $(CC) $(BASE_CFLAGS) $(WARN)

# Both compilers without a warning, the release's flags for gcc.
$(BUILD)/lint/%.warnings: %.c $(OUR_HEADERS) Makefile \
		| $(MUSL_ROOT)/lib/libc.a
	@mkdir -p $(@D)
	@$(CC_musl) $(CFLAGS_musl) -Werror -c -o $@.o $<
	@$(CLANG) $(BASE_CFLAGS) $(WARN) -Werror -O2 -c -o $@.o $<
	@rm -f $@.o
	@touch $@

warnings: $(patsubst %.c,$(BUILD)/lint/%.warnings,$(SRCS))

$(BUILD)/lint/%.tidy: %.c $(OUR_HEADERS) .clang-tidy | $(FETCHED)
	@mkdir -p $(@D)
	@clang-tidy-14 --quiet $< -- $(BASE_CFLAGS) 2>$@.log || \
		{ cat $@.log; exit 1; }
	@touch $@

# Other versions of clang-tidy know other checks.
ifneq ($(shell command -v clang-tidy-14),)
tidy: $(patsubst %.c,$(BUILD)/lint/%.tidy,$(SRCS))
else
tidy:
	@echo 'tidy: left out, clang-tidy-14 is not here'
endif

# --- to look at -------------------------------------------------------------

demo:
	@scripts/bootstrap demo
	@$(MAKE) gocache-s3
	@scripts/demo

# Options for scripts/bench go into ARGS.
bench:
	@scripts/bootstrap demo
	@$(MAKE) gocache-s3
	@scripts/bench $(ARGS)

clean:
	rm -rf $(BUILD) gocache-s3 dist

help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))

# gocache-s3: GNU make, one file.
#
## make              the program: ./gocache-s3, static, stripped
## make arm64        the same for 64-bit ARM: build/arm64/gocache-s3
## make install      with its man page (PREFIX=, DESTDIR=); uninstall
## make demo         a real module through a real S3 server, twice
## make test         everything below, after setting the machine up
## make unit         unit tests under address and undefined-behaviour sanitizers
## make unit-tsan    those with threads, under the thread sanitizer
## make unit-arm64   what an emulator can run of them, built for 64-bit ARM
## make fuzz-smoke   every fuzzer, briefly; make fuzz NAME=x [SECONDS=n]
## make e2e          the go command and S3 servers (RUN=regexp)
## make e2e-sanitized, make e2e-tsan    the same with sanitizers
## make e2e-arm64    some of them, the program built for 64-bit ARM, emulated
## make lint         format, shell, layers, headers, warnings, clang-tidy, ...
## make reproducible the dist tarball builds the same bytes, with no network
## make dist         a tarball with everything that it is built from
## make bench        measures (ARGS=, see scripts/bench)
## make clean
## Variables: DEV=1 makes warnings errors; SOURCES=dir, CC=, CLANG=, BUILD=dir.
#
# Every variant has its own directory under build/, so that objects of two
# compilers never mix. The release is `musl`, its twin for another processor
# `arm64`; the others serve the tests.

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

.PHONY: all arm64 install uninstall dist reproducible test unit unit-tsan \
	unit-arm64 fuzz-smoke fuzz e2e e2e-sanitized e2e-tsan e2e-arm64 \
	lint layers headers warnings tidy \
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
CMOCKA := third_party/cmocka-1.1.7

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

# --- static programs: a compiler and a C library per processor --------------

STATIC := musl arm64
TOOLS_arm64 := aarch64-linux-gnu-
CC_musl = $(CC)
CC_arm64 = $(TOOLS_arm64)gcc
LIBC = $(abspath $(BUILD)/$(1)-root)

# musl's headers replace the machine's; the compiler's own follow for the
# intrinsics, the kernel's for Landlock and seccomp.
STATIC_INCLUDES = -nostdinc -isystem $(LIBC)/include \
	-isystem $(shell $(CC_$(1)) -print-file-name=include) \
	-isystem $(LIBC)/kernel
# Nothing here unwinds a stack; debuggers take what they need from -g.
HARDEN := -fPIE -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables
STATIC_CFLAGS = $(BASE_CFLAGS) $(WARN) $(WARN_FRAME) -O2 $(HARDEN) \
	$(PREFIX_MAP) $(STATIC_INCLUDES)

CFLAGS_musl = $(call STATIC_CFLAGS,musl)
CFLAGS_arm64 = $(call STATIC_CFLAGS,arm64)

# --- flags of the other variants --------------------------------------------

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
	@scripts/fetch $< $(SOURCES)
	@touch $@

# Written when an archive is unpacked, so another one's change rebuilds less.
$(BEARSSL)/.sha256 $(MUSL)/.sha256 $(ZSTD)/.sha256 \
	$(CA_CERTIFICATES)/.sha256: $(FETCHED) ;

# Their warnings are their own. Of zstd, without what only slower levels,
# dictionaries and old formats need, and with one decoder for each kind of
# data; so it is 20 KB larger than with -Os, compresses in three quarters of the
# time and decompresses in seven eighths.
BEARSSL_CFLAGS := -w -Os -g $(HARDEN) $(PREFIX_MAP)
ZSTD_CFLAGS := -w -O2 -g $(HARDEN) $(PREFIX_MAP) \
	-DZSTD_STRIP_ERROR_STRINGS -DZSTD_NO_TRACE \
	-DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT -DHUF_FORCE_DECOMPRESS_X1 \
	$(patsubst %,-DZSTD_EXCLUDE_%_BLOCK_COMPRESSOR,DFAST GREEDY LAZY \
	LAZY2 BTLAZY2 BTOPT BTULTRA)
MUSL_CFLAGS := -w -Os -fPIE -fno-asynchronous-unwind-tables \
	-ffile-prefix-map=$(abspath $(MUSL))/=musl/

# Sanitized and plain programs share those that are built for `host`.
HOME_OF = $(BUILD)/$(if $(filter $(STATIC),$(1)),$(1),host)
LIBRARIES = $(HOME_OF)/bearssl/libbearssl.a $(HOME_OF)/zstd/static/libzstd.a
LIBC_A = $(if $(filter $(STATIC),$(1)),$(LIBC)/lib/libc.a)

CC_host = $(CC)
INCLUDES_host := -fno-omit-frame-pointer
INCLUDES_musl = $(call STATIC_INCLUDES,musl)
INCLUDES_arm64 = $(call STATIC_INCLUDES,arm64)

# $(1) host, or a static variant
define libraries
$(BUILD)/$(1)/bearssl/libbearssl.a: $(BEARSSL)/.sha256 $(call LIBC_A,$(1))
	@echo "  BEARSSL $$(@D)"
	@rm -rf $$(@D)
	+@$$(MAKE) -s -C $(BEARSSL) lib BUILD=$$(abspath $$(@D)) \
		CC='$$(CC_$(1))' AR=$(TOOLS_$(1))ar ARFLAGS=-rcsD \
		CFLAGS='$$(BEARSSL_CFLAGS) $$(INCLUDES_$(1))' >/dev/null

$(BUILD)/$(1)/zstd/static/libzstd.a: $(ZSTD)/.sha256 $(call LIBC_A,$(1))
	@echo "  ZSTD    $(BUILD)/$(1)/zstd"
	@rm -rf $(BUILD)/$(1)/zstd
	+@$$(MAKE) -s -C $(ZSTD)/lib BUILD_DIR=$(abspath $(BUILD)/$(1)/zstd) \
		CC='$$(CC_$(1))' AR=$(TOOLS_$(1))ar ARFLAGS=rcsD \
		ZSTD_LIB_DICTBUILDER=0 ZSTD_LIB_DEPRECATED=0 \
		ZSTD_LEGACY_SUPPORT=0 \
		CFLAGS='$$(ZSTD_CFLAGS) $$(INCLUDES_$(1))' \
		$$(abspath $$@) >/dev/null
endef

$(foreach v,host $(STATIC),$(eval $(call libraries,$(v))))

# Where a compiler has linux/, asm/ and asm-generic/.
KERNEL_HEADERS = $(patsubst %/types.h,%,$(filter $(addsuffix \
	/types.h,%/linux %/asm %/asm-generic),$(shell $(CC_$(1)) \
	-M -include linux/types.h -x c /dev/null)))

# $(1) static variant
define libc
$(call LIBC_A,$(1)): $(MUSL)/.sha256
	@echo "  MUSL    $(LIBC) (about a minute, once)"
	@rm -rf $(BUILD)/$(1)-obj $(LIBC)
	@mkdir -p $(BUILD)/$(1)-obj $(LIBC)/kernel
	@cd $(BUILD)/$(1)-obj && $(abspath $(MUSL))/configure \
		--prefix=$(LIBC) --disable-shared --disable-wrapper \
		CC='$$(CC_$(1))' CROSS_COMPILE=$(TOOLS_$(1)) \
		CFLAGS='$(MUSL_CFLAGS)' >configure.log
	+@$$(MAKE) -s -C $(BUILD)/$(1)-obj install >$(BUILD)/$(1)-obj/make.log
	@ln -s $$(call KERNEL_HEADERS,$(1)) $(LIBC)/kernel/
	@touch $$@
endef

$(foreach v,$(STATIC),$(eval $(call libc,$(v))))

$(call LIBC_A,arm64): $(BUILD)/arm64-tools

$(BUILD)/arm64-tools:
	@scripts/bootstrap arm64
	@mkdir -p $(@D)
	@touch $@

# Reads certificates with the program's own code, built for this machine.
$(BUILD)/host/mkroots: scripts/mkroots.c \
		$(patsubst %.c,$(BUILD)/dev/%.o,$(filter src/base/%,$(SRCS))) \
		$(BUILD)/dev/src/os/anchors.o \
		$(firstword $(call LIBRARIES,host))
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
$(call OBJ,$(1)): | $(FETCHED) $(call LIBC_A,$(1))

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
	@$(TOOLS_$(1))ar rcsD $$@ $$(filter-out %/src/main.o,$$(filter %.o,$$^))
endef

$(foreach v,$(STATIC) dev asan tsan fuzz,$(eval $(call variant,$(v))))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# Sanitized and plain programs against the machine's own libc. What a
# sanitizer finds goes into the file `report`.
$(BUILD)/%/gocache-s3: $(BUILD)/%/libgocache.a $(BUILD)/%/src/main.o \
		tests/sanitizer/report.c $(call LIBRARIES,host)
	@echo "  LINK    $@"
	@truncate -s 64K $(@D)/report
	@$(CC_$*) $(CFLAGS_$*) -DREPORT_FILE='"$(abspath $(@D))/report"' -o $@ \
		$(BUILD)/$*/src/main.o $< tests/sanitizer/report.c \
		$(call LIBRARIES,host)

# --- the release ------------------------------------------------------------

LDFLAGS_static := -static-pie -nostdlib -nostartfiles -Wl,-z,relro,-z,now \
	-Wl,-z,noexecstack -Wl,--gc-sections -Wl,--build-id=none -s
OF_GCC = $(shell $(CC_$(1)) -print-file-name=$(2))

# $(1) static variant
define link_static
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	@$(CC_$(1)) $(LDFLAGS_static) -o $@ $(LIBC)/lib/rcrt1.o \
		$(LIBC)/lib/crti.o $(call OF_GCC,$(1),crtbeginS.o) $^ \
		-Wl,--start-group $(LIBC_A) $(call OF_GCC,$(1),libgcc.a) \
		-Wl,--end-group \
		$(call OF_GCC,$(1),crtendS.o) $(LIBC)/lib/crtn.o
endef

PROGRAM = $(BUILD)/$(1)/src/main.o $(LIB) $(LIBRARIES)

gocache-s3: $(call PROGRAM,musl)
	$(call link_static,musl)

arm64: $(BUILD)/arm64/gocache-s3

$(BUILD)/arm64/gocache-s3: $(call PROGRAM,arm64)
	$(call link_static,arm64)

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

STAGES := lint unit unit-tsan unit-arm64 fuzz-smoke e2e e2e-sanitized \
	e2e-tsan e2e-arm64 reproducible

# Sets the machine up, runs every stage, adds up what the stages counted.
test:
	@scripts/bootstrap test
	+@scripts/test $(STAGES)

# $(1) variant
define unit_programs
$(BUILD)/$(1)/unit/%: tests/unit/%.c $(call LIB,$(1)) $(call LIBRARIES,$(1))
	@mkdir -p $$(@D)
	@echo "  CC      $$@"
	@$$(CC_$(1)) $$(CFLAGS_$(1)) $$(TEST_CFLAGS) -MMD -MP -MF $$@.d \
		-o $$@ $$< $(call LIB,$(1)) $(call LIBRARIES,$(1)) -lcmocka
endef

$(foreach v,asan tsan,$(eval $(call unit_programs,$(v))))

unit: $(call UNIT_BINS,asan,$(wildcard $(UNIT)))
	@scripts/run-unit $@ $^

unit-tsan: $(call UNIT_BINS,tsan,$(UNIT_THREADS))
	@scripts/run-unit $@ $^

# Those for which an emulator is enough: threads have the host's order of
# memory, there is no sandbox, and another process is the emulator.
UNIT_ARM64 := $(filter-out $(UNIT_THREADS) $(addprefix tests/unit/test_, \
	sandbox.c gocmd.c process_usage.c),$(UNIT))
UNIT_ARM64_OBJ := $(patsubst %.c,$(BUILD)/arm64/%.o,$(UNIT_ARM64))
CMOCKA_OBJ := $(BUILD)/arm64/cmocka.o
# Its header takes an unknown libc for one without uintptr_t.
CMOCKA_INCLUDES := -isystem $(CMOCKA)/include -include stdint.h \
	-D_UINTPTR_T_DEFINED
CMOCKA_CFLAGS := -w -O1 $(CMOCKA_INCLUDES) $(patsubst %,-DHAVE_%, \
	INTTYPES_H MALLOC_H SIGLONGJMP SIGNAL_H STRINGS_H STRSIGNAL)
EMULATE = $(call first,qemu-aarch64 qemu-aarch64-static)

unit-arm64: WARN += -Werror
unit-arm64: $(call UNIT_BINS,arm64,$(UNIT_ARM64))
	@QEMU_CPU=max scripts/run-unit -u $(EMULATE) $@ $^

$(call UNIT_BINS,arm64,$(UNIT_ARM64)): $(BUILD)/arm64/unit/%: \
		$(BUILD)/arm64/tests/unit/%.o $(call LIB,arm64) \
		$(call LIBRARIES,arm64) $(CMOCKA_OBJ)
	$(call link_static,arm64)

$(UNIT_ARM64_OBJ): CFLAGS_arm64 += $(TEST_CFLAGS) $(CMOCKA_INCLUDES) \
	-Wno-error -Wno-frame-larger-than
$(UNIT_ARM64_OBJ): | $(CMOCKA)/.sha256 $(call LIBC_A,arm64)

$(CMOCKA_OBJ): $(CMOCKA)/.sha256 | $(call LIBC_A,arm64)
	@echo "  CC      $@"
	@$(CC_arm64) $(CMOCKA_CFLAGS) $(INCLUDES_arm64) -c -o $@ \
		$(CMOCKA)/src/cmocka.c

$(CMOCKA)/.sha256: scripts/sources-test
	@scripts/fetch $< $(SOURCES)
	@touch $@

$(BUILD)/fuzz/bin/%: tests/fuzz/fuzz_%.c $(call LIB,fuzz) \
		$(call LIBRARIES,fuzz)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	@$(CC_fuzz) $(CFLAGS_fuzz) -fsanitize=fuzzer -MMD -MP -MF $@.d \
		-o $@ $< $(call LIB,fuzz) $(call LIBRARIES,fuzz)

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
LONG := SameProgram|DamagedCache|SecondMachine|GoBuildWhileTheMirror|GoBuildAtEveryStore|CensusOfARealBucket|QuickStart|CensusInAGo

e2e-sanitized: $(BUILD)/asan/gocache-s3
	@scripts/run-e2e $@ $< '$(RUN)' '$(LONG)'

# Where the mirror's threads meet.
e2e-tsan: $(BUILD)/tsan/gocache-s3
	@scripts/run-e2e $@ $< '$(or $(RUN),$(THREADS))' '$(LONG)|GoBuild'

# A conversation with go, one with a bucket, TLS.
e2e-arm64: $(BUILD)/arm64/emulated
	@scripts/run-e2e $@ $< '$(or $(RUN),$(TALK))'

$(BUILD)/arm64/emulated: $(BUILD)/arm64/gocache-s3
	@printf '#!/bin/sh\nexec %s %s "$$@"\n' $(EMULATE) $(abspath $<) >$@
	@chmod 755 $@

TALK := Version|NoBucket|Greeting|PutThenGet|LastPut|TestTLS$$
THREADS := Packs|Prefetch|Runners|Connection|Fault|Close|Gets|Mirror|Interrupt|Terminate|Drain|SlowDown|TLS|GrantedKeys|RefusedKeys

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
		| $(call LIBC_A,musl)
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

# What a person does with this repository; `make help` lists it. Everything that needs packages or an
# executable gets them itself, so that each target works first on a fresh Debian machine. What is
# installed already is not asked for again.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=

# libncurses-dev holds libtinfo.a, which a static readline needs.
# python3 packs the standard library and writes the manual page.
BUILD_PACKAGES := libreadline-dev libminizip-dev zlib1g-dev libncurses-dev libmd-dev libpcre2-dev \
  python3
BENCH_PACKAGES := lua5.4 binutils python3
# What some tests use: for the manual page and completions, the editors, the page of the report, and
# time zones.
TEST_PACKAGES := python3 mandoc zsh fish vim chromium tzdata

# The executable that ships needs nothing where it is installed, not even Swift's own libraries, and
# starts in a millisecond. It has a folder of its own: its options would otherwise have the
# everyday builds start over. The linker is the one that comes with Swift; it folds functions that came
# out the same, so that less of the file is in memory.
STATIC_BUILD := .build/static
STATIC_OPTIONS := -c release --product lang --scratch-path $(STATIC_BUILD) \
  -Xswiftc -static-executable -Xswiftc -use-ld=lld -Xlinker -lz -Xlinker -ltinfo \
  -Xlinker --icf=all
LINKED_BINARY := $(STATIC_BUILD)/release/lang
# What the linker writes, with the standard library behind it. What the linker writes lies in the system's
# file cache in many small pieces; a copy starts a quarter faster. It is written in pieces of 16 KB, since
# the system maps whole pieces: from larger ones a small script has a megabyte more of the file in
# memory, and starts no sooner.
LANG_BINARY := $(STATIC_BUILD)/lang

SWIFT_SOURCES := Package.swift Sources Tests examples/embedding/Package.swift \
  examples/embedding/Sources

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  make install PREFIX=DIR   installs below DIR instead of $(PREFIX); DESTDIR is respected"

.PHONY: run
run: executable ## build the executable and show a tour of the language
	@$(LANG_BINARY) examples/tour.l

.PHONY: test
test: executable ## build, then run every test
	LANG_EXECUTABLE="$(CURDIR)/$(LANG_BINARY)" swift test

.PHONY: build
build: executable ## build the executable that ships: static, optimised
	@echo "$(CURDIR)/$(LANG_BINARY)"

.PHONY: bench
bench: executable ## measure against Lua and CPython; look at the machine code of the loop
	@$(call install-packages,$(BENCH_PACKAGES))
	Benchmarks/run.py --lang "$(CURDIR)/$(LANG_BINARY)" $(BENCH_OPTIONS)
	Benchmarks/check-hot-loop.sh "$(CURDIR)/$(LANG_BINARY)"

.PHONY: docs
docs: executable ## write docs/stdlib, the pages of the standard library
	@$(LANG_BINARY) doc stdlib math lazy sys --output docs/stdlib

.PHONY: install
install: ## install executable, manual page and completions below PREFIX
	@# `sudo make install` has root's PATH: what was built before is installed then.
	@if command -v swift >/dev/null || [ ! -x $(LANG_BINARY) ]; then $(MAKE) executable; fi
	@$(MAKE) --no-print-directory install-files

# Where things go, one a line: made here and taken away by `uninstall`.
INSTALLED_BINARY := $(DESTDIR)$(PREFIX)/bin/lang
INSTALLED_MANUAL := $(DESTDIR)$(PREFIX)/share/man/man1/lang.1
INSTALLED_BASH := $(DESTDIR)$(PREFIX)/share/bash-completion/completions/lang
INSTALLED_ZSH := $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_lang
INSTALLED_FISH := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/lang.fish

.PHONY: uninstall
uninstall: ## remove what install has put below PREFIX
	rm -f "$(INSTALLED_BINARY)" "$(INSTALLED_MANUAL)" "$(INSTALLED_BASH)" "$(INSTALLED_ZSH)" \
	  "$(INSTALLED_FISH)"

.PHONY: format
format: swift ## format the Swift sources in place
	swift format --in-place --recursive $(SWIFT_SOURCES)

.PHONY: lint
lint: swift ## check the format of the Swift sources
	swift format lint --strict --recursive $(SWIFT_SOURCES)

.PHONY: clean
clean: ## remove everything that was built
	rm -rf .build examples/embedding/.build Benchmarks/.work

# Steps of the above.

.PHONY: install-files
install-files:
	@# Stripped before the standard library comes behind it, which would be lost otherwise.
	@if command -v strip >/dev/null; then \
	  strip -o $(LANG_BINARY).stripped $(LINKED_BINARY); \
	else \
	  cp $(LINKED_BINARY) $(LANG_BINARY).stripped; \
	fi
	@Scripts/library.py stdlib $(LANG_BINARY).stripped $(LANG_BINARY).new
	install -D -m 755 $(LANG_BINARY).new "$(INSTALLED_BINARY)"
	@rm -f $(LANG_BINARY).new $(LANG_BINARY).stripped
	Scripts/manual.py "$(INSTALLED_BINARY)" | install -D -m 644 /dev/stdin "$(INSTALLED_MANUAL)"
	$(call install-completion,bash) "$(INSTALLED_BASH)"
	$(call install-completion,zsh) "$(INSTALLED_ZSH)"
	$(call install-completion,fish) "$(INSTALLED_FISH)"

install-completion = "$(INSTALLED_BINARY)" --generate-completion-script $(1) | install -D -m 644 /dev/stdin

.PHONY: test-tools
test-tools: ## install what some tests use and are skipped without: a browser, shells, vim
	@$(call install-packages,$(TEST_PACKAGES))

.PHONY: executable
executable: packages
	swift build $(STATIC_OPTIONS)
	@Scripts/library.py stdlib $(LINKED_BINARY) $(LANG_BINARY).new && \
	  mv $(LANG_BINARY).new $(LANG_BINARY)
	@$(LANG_BINARY) -e 'exit(0)' || { echo 'make: the executable does not run' >&2; exit 1; }

.PHONY: packages
packages: swift
	@$(call install-packages,$(BUILD_PACKAGES))

.PHONY: swift
swift:
	@command -v swift >/dev/null || { \
	  echo 'make: the command swift is not on PATH.' >&2; \
	  echo 'make: install Swift 6 (https://www.swift.org/install/linux/) and add its usr/bin to PATH.' >&2; \
	  exit 1; \
	}

# Installs those of the packages $(1) that are missing; runs nothing when none is.
define install-packages
missing=(); \
if ! command -v dpkg-query >/dev/null; then \
  echo 'make: not a Debian machine; the libraries of these packages are needed: $(1)' >&2; \
else \
  for package in $(1); do \
    status=$$(dpkg-query --show --showformat='$${db:Status-Status}\n' "$$package" 2>/dev/null || true); \
    grep --quiet --line-regexp installed <<<"$$status" || missing+=("$$package"); \
  done; \
fi; \
if [ $${#missing[@]} -gt 0 ]; then \
  echo "installing: $${missing[*]}"; \
  administrator=(); \
  if [ "$$(id -u)" -ne 0 ]; then \
    if ! command -v sudo >/dev/null; then \
      echo "make: as root, run: apt-get install $${missing[*]}" >&2; exit 1; \
    fi; \
    administrator=(sudo); \
  fi; \
  $${administrator[@]+"$${administrator[@]}"} apt-get update --quiet; \
  $${administrator[@]+"$${administrator[@]}"} env DEBIAN_FRONTEND=noninteractive \
    apt-get install --quiet --yes --no-install-recommends "$${missing[@]}"; \
fi
endef

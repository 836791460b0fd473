# Everything here works on a fresh Debian or Ubuntu with a Swift toolchain, git, make, and root or sudo.
# What is longer than a line lives in scripts/.

PREFIX ?= /usr/local
DESTDIR ?=
# One way to build for use, so that demo, install and the container share it. The Swift library is linked
# in: the binary then needs no toolchain where it runs.
RELEASE := -c release --static-swift-stdlib --product pgradient

.DEFAULT_GOAL := help
.PHONY: help deps deps-test build demo test lint format bench fuzz fuzz-http fuzz-parser pictures install clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install what is missing: libpq, a PostgreSQL server (never its default cluster)
	@scripts/deps.sh

deps-test:
	@scripts/deps.sh --browser

build: deps ## build the release binary, .build/release/pgradient
	swift build $(RELEASE)

demo: build ## train the article's network in a private PostgreSQL and show how to look at it
	.build/release/pgradient demo

test: deps-test lint ## lint, build everything, run all tests
	swift build --build-tests
	@scripts/test.sh

lint: ## check format and style, change nothing
	@scripts/lint.sh

format: ## put the sources into the format that lint asks for
	@scripts/lint.sh --fix

fuzz: deps ## random networks against the interpreter: CASES=100000 SEED=1, or CASE='{…}' to repeat one
	swift build --product pgradient-fuzz
	@.build/debug/pgradient-fuzz $(if $(CASES),--cases $(CASES)) $(if $(SEED),--seed $(SEED)) $(if $(CASE),--case '$(CASE)')

fuzz-http: deps ## schemathesis on a running daemon against its OpenAPI document: EXAMPLES=1000 SEED=1
	swift build --product pgradient
	@EXAMPLES='$(EXAMPLES)' SEED='$(SEED)' scripts/fuzz-http.sh

fuzz-parser: ## libFuzzer on the HTTP and JSON parsers: FUZZ_SECONDS=600 PARSER=json FUZZ=-max_len=99
	@for parser in $(or $(PARSER),http json); do scripts/fuzz-parser.sh $$parser -max_total_time=$(or $(FUZZ_SECONDS),60) $(FUZZ) || exit 1; done

bench: ## measure against targets and peers, on a quiet machine (options: BENCH=--help)
	@scripts/deps.sh --bench
	swift run --package-path Benchmarks -c release Benchmarks $(BENCH)

pictures: ## take the pictures of the dashboard in docs/pictures anew
	@scripts/screenshots.sh

install: build ## install binary and shell completions below PREFIX (default /usr/local)
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install.sh .build/release/pgradient

clean: ## remove what was built
	swift package clean

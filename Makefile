# `make demo` runs a real pipeline on the embedded cluster, `make test` passes the tests; both do their own set-up.

SHELL := /bin/bash
SWIFT ?= swift
FLAGS := --explicit-target-dependency-import-check error
SOURCES := Package.swift Sources Tests Benchmarks docs/examples
IMAGE ?= fairlead:$(shell sed -n 's/^appVersion: //p' charts/fairlead/Chart.yaml)
PYTHON := .fairlead/tools/bin/python

.DEFAULT_GOAL := build
.PHONY: build test check demo image fmt crds manifests bench clean help

help: ## Lists these verbs.
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

build: ## Builds the binary: .build/debug/fairlead.
	@scripts/setup.sh build
	$(SWIFT) build $(FLAGS) --product fairlead

test: ## Builds everything and runs all tests.
	@scripts/setup.sh test
	$(SWIFT) build $(FLAGS) --build-tests
	@scripts/test.sh $(SWIFT) test $(FLAGS) --skip-build --no-parallel
	@scripts/docs.sh .build/debug/fairlead
	@scripts/image_test.sh .build/debug/fairlead

check: ## Lints code, manifests, chart and links; builds nothing.
	@scripts/setup.sh check
	$(SWIFT) format lint --strict --parallel --configuration .swift-format --recursive $(SOURCES)
	@scripts/check.sh
	@$(PYTHON) scripts/chart.py --check
	@$(PYTHON) scripts/links.py

demo: ## Runs manifests/examples/flights/ on a local cluster, to the end.
	@scripts/setup.sh demo
	$(SWIFT) build $(FLAGS) --product fairlead
	@scripts/demo.sh .build/debug/fairlead

image: ## Builds the container image IMAGE, with docker.
	@command -v docker >/dev/null || { echo "missing: docker, or an engine that answers to its name" >&2; exit 1; }
	@docker info >/dev/null 2>&1 || { echo "missing: a running container engine (docker info says why)" >&2; exit 1; }
	docker build --tag $(IMAGE) .

fmt: ## Formats the code in place.
	$(SWIFT) format --in-place --parallel --configuration .swift-format --recursive $(SOURCES)

crds: ## Renews all golden files, the CRDs among them, and what is made from those.
	@scripts/setup.sh check
	FAIRLEAD_RENEW_GOLDENS=1 $(SWIFT) test $(FLAGS) --filter Golden
	@$(PYTHON) scripts/chart.py

manifests: ## Renews the chart's CRDs, manifests/install.yaml and docs/configuration.md.
	@scripts/setup.sh check
	@$(PYTHON) scripts/chart.py

bench: ## Measures, in release mode.
	@scripts/setup.sh build
	$(SWIFT) run $(FLAGS) -c release PipelineBenchmark

clean: ## Removes what was built, and the local clusters' state.
	rm -rf .build .fairlead

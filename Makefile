# Node comes from the npm package `node`, so that any Node >= 20 on the machine is enough to start.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export NX_DAEMON := false
JEST := NODE_OPTIONS="--experimental-vm-modules --disable-warning=ExperimentalWarning" jest
K8S ?=

# Programs that tests drive and no npm package brings: installed where that may be done, named where not.
.PHONY: prerequisites
prerequisites: node_modules
	node tools/prerequisites.ts

##@ Run
.PHONY: up down status
up: node_modules ## Start a hub on this machine: etcd, kube-apiserver, kube-controller-manager, authz-webhook, manager
	node tools/hub/main.ts up $(if $(K8S),--kubernetes $(K8S)) $(if $(ADDRESS),--address $(ADDRESS))

down: node_modules ## Stop the hub; CLEAN=1 removes its data too
	node tools/hub/main.ts down $(if $(CLEAN),--clean)

status: node_modules ## Show the processes of the hub
	node tools/hub/main.ts status

##@ Test
.PHONY: test test-unit test-integration test-e2e test-differential fuzz soak bench
test: prerequisites test-packages ## All tests; the last line sums them up
	node tools/run-tests.ts $(if $(SUMS),--sums $(SUMS))

test-unit: node_modules ## Pure tests; ONE=path runs one file
	$(JEST) --selectProjects unit $(if $(ONE),--testPathPatterns $(ONE))

test-integration: prerequisites ## Tests against a real etcd + kube-apiserver; K8S=1.32 picks the floor
	K8S=$(K8S) $(JEST) --selectProjects integration $(if $(ONE),--testPathPatterns $(ONE))

test-e2e: prerequisites test-packages ## The built hub, driven by a real kubectl
	K8S=$(K8S) $(JEST) --selectProjects e2e --runInBand $(if $(ONE),--testPathPatterns $(ONE))

test-differential: node_modules ## A million decisions beside casbin's; TKE_DECISIONS, TKE_SEED
	node libs/authz/src/differential/testing/long-run.ts

fuzz: node_modules ## Reviews and patterns that nobody would write; TKE_FUZZ_SECONDS=600 for each property
	TKE_FUZZ_SECONDS=$(or $(TKE_FUZZ_SECONDS),600) $(JEST) --selectProjects unit --maxWorkers 2 --testPathPatterns libs/authz/src/fuzz

soak: node_modules ## Half an hour at 2,000 reviews and 100 changed Rules per second; TKE_SOAK_SECONDS
	TKE_SOAK_SECONDS=$(or $(TKE_SOAK_SECONDS),1800) TKE_SOAK_RATE=2000 TKE_SOAK_CHANGES=100 $(JEST) --selectProjects e2e --runInBand --testPathPatterns e2e/soak

bench: node_modules ## Figures beside what they are compared to (builds the Go counterparts)
	node bench/main.ts

# What hosts in tests get: the newest and the oldest version of the catalogue.
.PHONY: test-packages
test-packages: node_modules
	node tools/packages/main.ts --absent --version 1.36.3 --version 1.34.4

##@ Develop
.PHONY: lint format typecheck generate verify build images packages clean
lint: node_modules typecheck ## ESLint with module boundaries, Prettier
	nx show projects >/dev/null
	eslint .
	prettier --check .

format: node_modules ## Rewrite files as Prettier wants them
	prettier --write .

typecheck: node_modules ## Strict TypeScript over the whole tree
	tsc -p tsconfig.json

generate: node_modules ## Write config/ and docs/reference/ from the declarations in the code
	node tools/generate.ts

verify: node_modules ## Fail where a generated file differs from what `make generate` would write
	node tools/generate.ts --check

build: node_modules ## Bundle both apps and the kubectl plugin into apps/*/dist
	node tools/build.ts

images: build ## OCI archives of both apps in apps/*/dist, from parts of this machine
	node tools/images.ts

packages: node_modules ## Programs and images for hosts in .packages; VERSIONS="1.36.3 1.35.4", ARCH, OUT
	node tools/packages/main.ts $(VERSIONS:%=--version %) $(ARCH:%=--arch %) $(OUT:%=--out %)

clean: ## Remove build output (not the hub's data: `make down CLEAN=1`)
	rm -rf apps/*/dist coverage .nx

##@ Help
.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*##/ {printf "  %-18s %s\n", $$1, $$2}' Makefile

# npm leaves a lockfile of its own in node_modules; newer than package-lock.json means up to date. Not `npm ci`: it refuses a
# lockfile without the binaries for platforms that a registry mirror does not carry, although none of them is installed here.
node_modules: node_modules/.package-lock.json
node_modules/.package-lock.json: package-lock.json
	npm install --no-save --no-fund --no-audit
	@touch $@

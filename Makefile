# make help lists what there is. Every target works on a fresh machine with Go and make.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
TOOL := go tool -modfile=go.tools.mod
# how many random frameworks make fuzz compares with CUE
PROGRAMS ?= 600
# more tests at once than cores: most of them wait for an API server
TESTFLAGS ?= -parallel 8
# the tests that do harm
CHAOS := Killed|Although|IsDeleted|IsGone|ThatJumps|IsBehind|DeadNeighbour|AsksForTooMuch
export CGO_ENABLED = 0

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: ## build bin/kudoc and bin/kudoc-controller
	@mkdir -p bin
	@echo "building bin/kudoc and bin/kudoc-controller (the first build takes a few minutes)" >&2
	@demo/go-build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/kudoc ./cmd/kudoc-controller
	@ln -sf kudoc bin/kubectl-kudoc

.PHONY: demo
demo: build ## run ZooKeeper on a sandbox cluster; NODE=real runs containers, RECORD=FILE.cast records, CLUSTER=current uses your cluster
	@CLUSTER=$(CLUSTER) NODE=$(NODE) RECORD=$(RECORD) demo/run

.PHONY: demo-shell
demo-shell: build ## like demo, then a shell in which the sandbox is the cluster
	@CLUSTER=$(CLUSTER) NODE=$(NODE) DEMO_SHELL=1 demo/run

.PHONY: sandbox
sandbox: ## build the sandbox, a Kubernetes in one program, and print its path
	@sandbox/build

.PHONY: test
test: ## run every test that needs no root, those against the sandbox's API server included
	@demo/with-sandbox env KUDOC_REQUIRE_CLUSTER=1 go test $(TESTFLAGS) ./...
	@cd sandbox && SANDBOX_BIN=$$(./build) KUDOC_REQUIRE_CLUSTER=1 go test ./internal/... ./e2e

# the tests print as they go: minutes pass between two scenes
.PHONY: e2e
e2e: build ## play the talk and test it on a real node, if this machine can run one (sandbox preflight); KUDOC_E2E=require fails if not
	@sandbox=$$(sandbox/build) && export SANDBOX_BIN=$$sandbox KUDOC_E2E=$${KUDOC_E2E:-1} && \
		go test -count 1 -v -parallel 8 -timeout 30m ./e2e && \
		cd sandbox && go test -count 1 -v -run RealNode ./e2e

.PHONY: test-fast
test-fast: ## run the tests that need no cluster
	go test $(TESTFLAGS) ./...

.PHONY: lint
lint: ## run the linters
	$(TOOL) golangci-lint run ./...
	@lint=$$($(TOOL) -n golangci-lint) && cd sandbox && echo "sandbox: golangci-lint run ./..." && "$$lint" run --config ../.golangci.yml ./...

.PHONY: vet
vet: build ## run kudoc vet on every framework here
	bin/kudoc vet --strict ./frameworks/...

.PHONY: test-frameworks
test-frameworks: build ## run kudoc test on every framework here
	bin/kudoc test ./frameworks/...

# what editors see: a copy of the frameworks, and a new one, with what kudoc mod vendor writes
.PHONY: editors
editors: build ## check that CUE's own tools resolve every import of a framework
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; cp -r frameworks/. "$$dir" && cue=$$($(TOOL) -n cue) && \
		bin/kudoc new fresh "$$dir/fresh" >/dev/null 2>&1 && bin/kudoc mod vendor "$$dir" >/dev/null && \
		cd "$$dir" && "$$cue" vet -c=false ./...

.PHONY: generate
generate: ## make deepcopy functions, CustomResourceDefinitions and the Kubernetes types anew
	$(TOOL) controller-gen object paths=./api/... crd output:crd:dir=api/v1alpha1/crd
	go run ./schema/gen -out schema/k8s

.PHONY: golden
golden: ## write the expected outputs of the tests anew
	@KUDOC_UPDATE=1 demo/with-sandbox go test ./cmd/... ./internal/... ./schema/...

.PHONY: fuzz
fuzz: ## ten minutes: fuzz the state machine, the decoders and the compiler, then compare random frameworks with CUE
	go test ./internal/runtime/plan -run '^$$' -fuzz FuzzAdvance -fuzztime 1m
	go test ./internal/render -run '^$$' -fuzz FuzzLoadTemplate -fuzztime 1m
	go test ./internal/render -run '^$$' -fuzz FuzzParams -fuzztime 1m
	go test ./internal/compile -run '^$$' -fuzz FuzzSource -fuzztime 2m
	@echo "comparing $(PROGRAMS) random frameworks with CUE" >&2
	@log=$$(mktemp); KUDOC_PROGRAMS=$(PROGRAMS) KUDOC_SEED=$$(date +%s) go test ./internal/compile -run Random -v -timeout 60m >$$log 2>&1 || \
		{ grep -B2 -A60 -e '--- FAIL' $$log; rm $$log; exit 1; }; grep 'frameworks:' $$log; rm $$log

.PHONY: chaos
chaos: ## a few minutes: kill controllers, fail requests, take things away under running plans; KUDOC_SEED repeats a run
	@seed=$${KUDOC_SEED:-$$(date +%s)}; echo "KUDOC_SEED=$$seed" >&2; log=$$(mktemp); \
	demo/with-sandbox env KUDOC_REQUIRE_CLUSTER=1 KUDOC_CHAOS=full KUDOC_SEED=$$seed go test $(TESTFLAGS) -v -count 1 \
		-run '$(CHAOS)' ./internal/runtime ./cmd/kudoc-controller >$$log 2>&1 || \
		{ grep -v '^=== ' $$log; rm $$log; echo "KUDOC_SEED=$$seed" >&2; exit 1; }; grep -e 'chaos:' -e '^--- PASS' -e '^ok' $$log; rm $$log

.PHONY: bench
bench: ## measure compiling and rendering, side by side with CUE
	go test ./internal/... -run '^$$' -bench . -benchmem
	go test ./cmd/kudoc -run '^$$' -bench . -benchtime 20x

.PHONY: bench-runtime
bench-runtime: ## measure the controller on the sandbox: deploys beside a loop of applies, memory, idling, restarts; KUDOC_SCALE=2000 for more
	@demo/with-sandbox env KUDOC_REQUIRE_CLUSTER=1 go test -run '^$$' -bench 'Deploy|Scale' -benchtime 1x -timeout 60m ./internal/runtime ./cmd/kudoc-controller

.PHONY: plots
plots: ## draw docs/scale-*.png from docs/scale.csv, which KUDOC_SCALE_CSV=FILE make bench-runtime writes
	go run ./docs/plot

.PHONY: check
check: ## what CI checks besides the tests: tidy modules, generated files, linters, frameworks and their tests
	go mod tidy -diff
	cd sandbox && go mod tidy -diff
	$(MAKE) generate
	git diff --exit-code -- api schema
	$(MAKE) lint
	cd sandbox && go vet ./internal/... ./e2e
	$(MAKE) vet test-frameworks editors

.PHONY: image
image: ## build the container image of the controller (needs docker)
	docker build --build-arg VERSION=$(VERSION) -t kudoc/kudoc-controller:$(VERSION) .

.PHONY: clean
clean: ## remove what was built here; the sandbox stays in the user's cache
	rm -rf bin

# `make help` lists the targets. Everything is installed into .venv, from the pinned constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
JOBS ?= 2
# Builds an image NAME from DIRECTORY and puts it on the cluster's nodes; this one is for kind.
IMAGE ?= sh -c 'directory=$$1; shift; docker build --tag "$$0" "$$@" "$$directory" && kind load docker-image "$$0"'

.DEFAULT_GOAL := help
.PHONY: help demo test images test-cluster lint generate bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## Tune the Stacking pipeline on real data, here, in under 3 minutes
	$(BIN)/eeipu run manifests/samples/stacking.yaml

test: $(VENV)/.develop ## Run all tests that need no cluster
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m 'not cluster'

images: ## Build the images that the cluster tests use, and put them on the cluster
	$(IMAGE) localhost/eeipu-kfp:dev .
	$(IMAGE) localhost/eeipu-stacking:dev . --file components/stacking/Dockerfile
	$(IMAGE) docker.io/library/kfp-double:dev . --file tests/kfp_double/Dockerfile --build-arg CONTROLLER_IMAGE=localhost/eeipu-kfp:dev

test-cluster: $(VENV)/.develop ## Run the tests that need a Kubernetes cluster (KUBECONFIG), kubectl, helm and the images
	$(BIN)/python -m pytest -m cluster

lint: $(VENV)/.develop ## Check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

generate: $(VENV)/.develop ## Write again what is generated and committed
	$(BIN)/python -m components.stacking.pipeline
	$(BIN)/python -m components.tune.pipeline
	$(BIN)/python -m components.segmentation.pipeline
	$(BIN)/python -m components.t5_distillation.pipeline
	$(BIN)/python -m eeipu_kfp.experiment.crd manifests/crd/tuningexperiments.yaml helm/eeipu-kfp/files/tuningexperiments.yaml
	$(BIN)/python -m helm.generation

bench: $(VENV)/.develop ## Measure proposals, runner and bookkeeping, as ratios within one run
	$(BIN)/python -m benchmarks.proposal_speed
	$(BIN)/python -m benchmarks.runner_overhead
	$(BIN)/python -m benchmarks.bookkeeping

clean: ## Remove what demo and test have made
	rm -rf $(VENV) eeipu-runs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing eeipu-kfp into $(VENV) (a minute or two, once)"
	$(PIP) --editable '.[demo]'
	@touch $@

$(VENV)/.develop: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing eeipu-kfp and its tests into $(VENV) (torch is large: some minutes, once)"
	$(PIP) --editable '.[controller,demo,segmentation,t5,botorch,frame,bench,test,lint]'
	@touch $@ $(VENV)/.demo

# The commands of the project. Only make and a Python >= 3.11 are needed; everything else is set up on the way.

.DEFAULT_GOAL := help
# Some machines forbid it: what is started dozens of times should not be compiled dozens of times.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup setup-dev run test test-all lint bench screenshots train lock

# The first Python that works and is new enough: a name may exist and still not run.
find_python = for p in $$PYTHON python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if "$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python="$$p"; break; fi; done; \
	if [ -z "$$python" ]; then echo "Python 3.11 or newer with venv is needed. Install it, or name it: PYTHON=/path/to/python make ..." >&2; exit 1; fi
setup_run = $(find_python); "$$python" scripts/setup.py
setup_dev = $(setup_run) --dev
VENV := .venv/bin
SLOW := chaos or soak or clients or long

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## set up what running needs
	@$(setup_run)

setup-dev: ## set up what tests and lint need as well
	@$(setup_dev)

run: ## set up everything, start everything; Ctrl-C stops it (PORT=8010, CDP_VAR=dir, CDP_SAMPLE=0)
	@$(setup_run) && exec $(VENV)/python manage.py up

test: ## run the tests (at most five minutes)
	@$(setup_dev) && exec $(VENV)/python -m pytest -m "not ($(SLOW))" -n 2 --dist loadfile --no-loadscope-reorder

test-all: ## run the slow tests
	@$(setup_dev) && exec $(VENV)/python -m pytest -m "$(SLOW)" -n 2 --dist load

lint: ## style, types, architecture, deployment checks
	@$(setup_dev) && exec $(VENV)/python scripts/lint.py

bench: ## benchmarks, into var/bench.json
	@$(setup_dev) && exec $(VENV)/python -m bench

screenshots: ## pictures of every page, into var/screenshots
	@$(setup_dev) && exec $(VENV)/python -m scripts.screenshots

train: ## train the sentiment models anew, from ../shared/data
	@$(find_python); test -d var/train || "$$python" -m venv var/train && var/train/bin/python -m pip install --quiet \
		--require-hashes -r requirements-train.lock && exec var/train/bin/python scripts/train_sentiment.py

lock: ## pin the newest versions that pyproject.toml allows
	@$(setup_dev) && for what in "requirements.lock pyproject.toml" "requirements-dev.lock pyproject.toml --group dev" \
		"requirements-node.lock --group node" "requirements-train.lock --group train"; do set -- $$what; file=$$1; shift; \
		$(VENV)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11 "$$@" \
			--output-file "$$file" >/dev/null || exit 1; done

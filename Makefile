# Two commands are enough on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE  # many tests start Python: it should not compile everything each time
KILLS ?= 200
STOPS ?= 400
TORTURE_SECONDS ?= 40
FUZZ_SECONDS ?= 3600
DAMAGES ?= 300
# What `make test-all` does one after another, beside the tests that xdist spreads.
BESIDE ?= engines

.PHONY: help demo test test-all engines slow-tests check lint torture fuzz bench docs spark dbt lock clean

help:  ## List the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

demo: $(VENV)/run  ## The whole job on a simulated account, ending in a report (under 2 minutes the first time).
	$(BIN)/dwell demo --folder dwell-demo

TESTS := $(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder --ignore=tests/engines --ignore=tests/tiktok_organic/test_dbt.py

test: $(VENV)/dev  ## The tests but for the slow ones, the engines and dbt (about 6 minutes on two cores).
	$(TESTS) -m "not slow"

# Spark's client and Sail cannot run under xdist, so their tests are a process of their own, beside the others.
test-all: $(VENV)/dev  ## Every test that this machine can run (under 30 minutes on two cores).
	@$(MAKE) --no-print-directory --keep-going $(BESIDE) > .beside.log 2>&1 & \
	  $(TESTS) $(COVERAGE); \
	  first=$$?; wait $$!; second=$$?; cat .beside.log; rm -f .beside.log; exit $$((first + second))

engines: $(VENV)/dev  ## The part of `make test-all` that one process must run: every metric on Spark Connect.
	COVERAGE_FILE=.engines.coverage $(BIN)/pytest -q $(COVERAGE) tests/engines

slow-tests: $(VENV)/dev  ## Measure all tests, and write tests/slow_tests.txt: those that `make test` leaves out.
	$(TESTS) --write-slow-tests

check: lint  ## Lint, types, import contracts, and the tests with their coverage (about 35 minutes).
	rm -f .coverage .engines.coverage
	$(MAKE) test-all COVERAGE="--cov --cov-report="
	$(BIN)/coverage combine --append .engines.coverage
	$(BIN)/coverage report --sort=cover | sed -n '1,20p;$$p'

lint: $(VENV)/dev  ## Style, types, import contracts.
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

torture: $(VENV)/dev  ## Kill at every step, and 200 times at random, on both databases (hours). KILLS=20 is quicker.
	DWELL_KILL_STRIDE=1 $(BIN)/pytest -q tests/layouts tests/backup tests/forget tests/connections tests/unit/state
	DWELL_HISTORIES=8 $(BIN)/pytest -q tests/engines/test_rollup.py tests/tiktok_organic/test_histories.py tests/unit/warehouse/test_backup.py
	DWELL_UNDO_HISTORIES=30 $(BIN)/pytest -q tests/undo
	DWELL_DAMAGES=500 $(BIN)/pytest -q tests/unit/state/test_damage.py
	DWELL_KILL_STRIDE=1 $(BIN)/python tests/storage/torture.py $(TORTURE_SECONDS) 7
	$(BIN)/python tests/acceptance/stop_commands.py $(STOPS) 7
	$(BIN)/python tests/storage/damage.py --number $(DAMAGES)
	$(BIN)/python tests/storage/damage.py --number $(DAMAGES) --repair
	$(BIN)/python benchmarks/sweep_kills.py --kills $(KILLS)
	$(BIN)/python benchmarks/sweep_kills.py --kills $(KILLS) --state postgresql
	$(BIN)/python benchmarks/sweep_kills.py --kills $(KILLS) --state postgresql --server

fuzz: $(VENV)/dev  ## New examples of every property of tests/fuzz for an hour. FUZZ_SECONDS=60 is quicker.
	$(BIN)/python benchmarks/fuzz.py $(FUZZ_SECONDS)

bench: $(VENV)/dev  ## Speed and skill as ratios against named baselines (about 45 minutes).
	$(BIN)/python benchmarks/run.py

docs: $(VENV)/dev  ## Write the generated pages and golden SQL again, to be read in review.
	$(BIN)/pytest -q tests/golden/metrics --refresh-sql
	$(BIN)/python docs/generate.py
	$(BIN)/python integrations/dbt/generate.py

spark: .venv-spark/run  ## Metrics and some commands on PySpark as well (needs Java; DWELL_SPARK_ALL=1 asks everything, as Spark runs by default).
	.venv-spark/bin/python -m pytest -q tests/engines -k "spark and same"

# dbt needs older versions of what dwell and its tests use, so it has an environment of its own.
dbt: .venv-dbt/run $(VENV)/dev  ## The dbt package, built on what `dwell load` wrote into a DuckDB file.
	$(BIN)/pytest -q -p no:cacheprovider tests/tiktok_organic/test_dbt.py

# dbt-core 1.12 downloads a part of itself from a place that is no package registry.
# Extras are written out (coverage[toml]==...): without them pip 23 asks for the newest version, which has no hash here.
lock:  ## Resolve the dependencies again (needs uv).
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --extra dev --constraint requirements.lock --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header -q -o requirements-dev.lock
	echo pytest | uv pip compile pyproject.toml - --extra spark --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header -q -o requirements-spark.lock
	printf 'dbt-core==1.11.*\ndbt-duckdb==1.11.*\nduckdb==2.0.*\n' | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header -q -o requirements-dbt.lock

clean:  ## Remove what the other targets made.
	rm -rf $(VENV) .venv-spark .venv-dbt dwell-demo .coverage .engines.coverage .beside.log .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# Without --no-compile pip would compile 6,000 modules, of which most are never imported.
$(VENV)/run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-compile --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-compile --no-deps -e .
	touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/run
	$(BIN)/pip install --quiet --no-compile --require-hashes -r requirements-dev.lock
	touch $@

.venv-spark/run: requirements-spark.lock
	test -x .venv-spark/bin/python || $(PYTHON) -m venv .venv-spark
	.venv-spark/bin/pip install --quiet --no-compile --require-hashes -r requirements-spark.lock
	.venv-spark/bin/pip install --quiet --no-compile --no-deps -e .
	touch $@

.venv-dbt/run: requirements-dbt.lock
	test -x .venv-dbt/bin/python || $(PYTHON) -m venv .venv-dbt
	.venv-dbt/bin/pip install --quiet --no-compile --require-hashes -r requirements-dbt.lock
	touch $@

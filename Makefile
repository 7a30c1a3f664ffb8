# Two commands do all their own set-up on a fresh machine: `make demo` and `make test`.

.PHONY: demo test lint lock bench screenshots docs lab-up lab-down lab-report lab record clean

demo: ## audit a real Flower on this machine and write reports/flower-audit.html
	@./tools/install demo
	@./tools/demo

test: ## all tests; as root on Debian on real hosts too
	@./tools/install test
	.venv/bin/python -m pytest

lint: ## ruff and mypy strict
	@./tools/install test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

lock: ## renew requirements/*.txt, hashed and free of addresses
	@./tools/install test
	./tools/lock

bench: ## ratios, measured side by side in one run
	@./tools/install test
	.venv/bin/python -m bench

screenshots: ## renew what README shows of the demo
	@./tools/install test
	.venv/bin/python tools/screenshots.py

docs: ## renew docs/checks/ from the checks themselves
	.venv/bin/python docs/build_checks.py

lab-up: ## boot a host to play with
	@./tools/install test
	.venv/bin/python -m tests.lab up

lab-down: ## end it without a trace
	.venv/bin/python -m tests.lab down

lab-report: ## audit it, and leave reports/flower-audit.html
	.venv/bin/python -m tests.lab report

lab: ## every state and variant: break, audit, compare
	@./tools/install test
	.venv/bin/python -m tests.lab matrix --jobs 8 --grouped --markdown docs/accuracy.md

record: ## renew the recordings that the tests of facts replay, from freshly booted hosts
	@./tools/install test
	.venv/bin/python -m tests.lab.record

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache

.PHONY: install test check run docs lock audit hooks

install:
	pip install -e ".[test]"

test:
	pytest

check:
	ruff check .
	ruff format --check .
	mypy

run:
	python -m assistant start

docs:
	NO_MKDOCS_2_WARNING=1 uv run -q --frozen --isolated --only-group docs mkdocs build -q

lock:
	uv lock

audit:
	uv export -q --frozen --no-emit-project --all-extras --no-extra test | uv run -q --frozen --isolated --only-group audit python .ci/audit.py

hooks:
	pre-commit install

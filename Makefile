.PHONY: install test check run lock

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

lock:
	uv lock

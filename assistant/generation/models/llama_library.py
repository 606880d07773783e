"""Importing llama.cpp (xllamacpp) where OpenMP is absent, and so that it shares the machine well.

Its wheel for Linux expects the system's OpenMP library, ``libgomp.so.1``, which bare machines and
slim containers lack. PyTorch's wheel, which we depend on anyway, carries one by the same name.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from assistant.errors import ModelUnavailable

_OPENMP = "libgomp.so.1"
_WAIT_POLICY = "OMP_WAIT_POLICY"


def import_llama() -> ModuleType:
    """The module ``xllamacpp``.

    Raises ``ModelUnavailable`` where it cannot be loaded on this machine.
    """
    with _yielding_threads():
        try:
            return _import()
        except ImportError as error:
            if _OPENMP not in str(error) or not _load_openmp_of_torch():
                raise _unusable(error) from error
        try:
            return _import()
        except ImportError as error:
            raise _unusable(error) from error


def _import() -> ModuleType:
    import xllamacpp

    module: ModuleType = xllamacpp
    return module


def _unusable(error: ImportError) -> ModelUnavailable:
    return ModelUnavailable(
        f"llama.cpp cannot be loaded on this machine ({error}). Use outlines (no model), or set "
        f"UAT_ENDPOINT_URL to a model served elsewhere."
    )


def _load_openmp_of_torch() -> bool:
    """Load PyTorch's copy of OpenMP, without PyTorch; later libraries then find it by its name."""
    torch = find_spec("torch")
    for folder in (torch.submodule_search_locations or ()) if torch else ():
        library = Path(folder) / "lib" / _OPENMP
        if library.is_file():
            ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
            return True
    return False


@contextmanager
def _yielding_threads() -> Iterator[None]:
    """Let OpenMP read, as it loads, that waiting threads sleep instead of spinning.

    Measured with two other busy processes on two cores: a spinning engine needed 23 to 28 s for
    what a yielding one did in 5 to 7 s. A policy that the person set stays as it is.
    """
    if _WAIT_POLICY in os.environ:
        yield
        return
    os.environ[_WAIT_POLICY] = "PASSIVE"
    try:
        yield
    finally:
        os.environ.pop(_WAIT_POLICY, None)

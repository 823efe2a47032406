"""Imports a module whose regular expressions are compiled when they are first used, and not all at its import."""

from __future__ import annotations

import importlib
import re
import sys
from types import ModuleType
from typing import Any


def import_with_late_patterns(name: str) -> None:
    """Import a module, unless that was done.  It must do no more with `re` than compile patterns and call them."""
    if name in sys.modules:
        return
    if parent := name.rpartition(".")[0]:
        importlib.import_module(parent)  # what it stands in is imported as usual
    stand_in = _LateModule("re")
    sys.modules["re"] = stand_in
    try:
        importlib.import_module(name)
    finally:
        sys.modules["re"] = re


class _LateModule(ModuleType):
    """`re`, but for `compile`."""

    compile = staticmethod(lambda *pattern, **flags: _LatePattern(*pattern, **flags))

    def __getattr__(self, name: str) -> Any:
        return getattr(re, name)


class _LatePattern:
    """A pattern that nobody has used yet."""

    def __init__(self, *pattern: Any, **flags: Any) -> None:
        self._waiting = pattern, flags

    def __getattr__(self, name: str) -> Any:
        pattern, flags = self._waiting
        compiled = re.compile(*pattern, **flags)
        self.__dict__.update({method: getattr(compiled, method) for method in ("match", "search", "fullmatch", "sub")})
        return getattr(compiled, name)

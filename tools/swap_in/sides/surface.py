"""Names and signatures: the module, its functions and constants, each class and its members."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any

from tools.swap_in.sides.case import Case
from tools.swap_in.sides.data import ordvec

# What differs between two versions of anything, or belongs to the file and not to the user.
LEFT_OUT = {
    "__builtins__",
    "__cached__",
    "__doc__",
    "__file__",
    "__loader__",
    "__path__",
    "__spec__",
    "__version__",
}


def cases() -> Iterator[Case]:
    """A case per name, so that a difference names what is missing, and one per signature."""
    yield from _names("ordvec", ordvec)
    yield from _names("ordvec._ordvec", ordvec._ordvec)
    for name in sorted(vars(ordvec)):
        value = getattr(ordvec, name)
        if inspect.isclass(value):
            yield from _class(f"ordvec.{name}", value)


def _names(where: str, module: Any) -> Iterator[Case]:
    for name in sorted(set(vars(module)) - LEFT_OUT):
        yield Case(f"{where}.{name}", partial(_described, getattr(module, name)))
    for name in sorted(getattr(module, "__all__", ())):
        yield Case(f"{where}.__all__ has {name}", lambda: True)


def _class(where: str, kind: type) -> Iterator[Case]:
    yield Case(f"{where}: its own name", lambda: (kind.__name__, kind.__qualname__))
    yield Case(f"{where}: its module", lambda: kind.__module__)
    yield Case(f"{where}: its signature", lambda: str(inspect.signature(kind)))
    for name in sorted(dir(kind)):
        if name not in {"__doc__", "__module__"}:
            yield Case(f"{where}.{name}", partial(_member, kind, name))


def _member(kind: type, name: str) -> object:
    stored = inspect.getattr_static(kind, name)
    return (type(stored).__name__, getattr(getattr(kind, name), "__text_signature__", None))


def _described(value: Any) -> object:
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return type(value).__name__  # its members are cases of their own
    return (type(value).__name__, getattr(value, "__text_signature__", None))

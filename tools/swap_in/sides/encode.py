"""What a call gave, as JSON: its value with every dtype and shape, or its error, and warnings."""

from __future__ import annotations

import hashlib
import warnings
from typing import Any

from tools.swap_in.sides.case import EXACT, Case
from tools.swap_in.sides.data import np

# Values that stand beside a digest, for the report.
SHOWN = 16


def outcome(case: Case) -> dict[str, Any]:
    """Runs the case. An error is its class and text; a panic is an error too."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = {"value": encoded(case.call(), brief=case.kind == EXACT)}
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # PyO3's PanicException is no Exception
            found = {"error": name(type(error)), "text": str(error)}
    said = sorted({warning.category.__name__ for warning in caught})
    return {**found, "warnings": said, "kind": case.kind, "words": list(case.words)}


def name(kind: type) -> str:
    """A class with its module, but for built-in ones."""
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def encoded(value: object, *, brief: bool) -> Any:
    """JSON of a value; its type is kept, so that an `int` is not taken for a NumPy one.

    `brief` gives the digest of a long array, where equal means equal in every bit.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, np.ndarray):
        return {"array": _array(value, brief)}
    if isinstance(value, (tuple, list)):
        return {type(value).__name__: [encoded(item, brief=brief) for item in value]}
    if isinstance(value, dict):
        return {"dict": {str(key): encoded(item, brief=brief) for key, item in value.items()}}
    if type(value) in (bool, int, float):
        return {type(value).__name__: value}
    return {"object": type(value).__name__, "repr": repr(value)}


def _array(array: Any, brief: bool) -> dict[str, Any]:
    flat = array.ravel()
    short = brief and array.size > SHOWN
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "contiguous": bool(array.flags.c_contiguous),
        "writeable": bool(array.flags.writeable),
        "data": flat[:SHOWN].tolist() if short else flat.tolist(),
        "sha256": hashlib.sha256(flat.tobytes()).hexdigest() if short else "",
    }

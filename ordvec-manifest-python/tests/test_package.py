"""What the wheel holds: version, types, and a stub that is the extension's mirror."""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
from importlib.resources import files
from pathlib import Path

import ordvec_manifest
import pytest
from ordvec_manifest import _ordvec_manifest as native

STUB = ast.parse(files("ordvec_manifest").joinpath("_ordvec_manifest.pyi").read_text())
FUNCTIONS = {node.name: node for node in STUB.body if isinstance(node, ast.FunctionDef)}
CONSTANTS = {
    node.target.id
    for node in STUB.body
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
}
LIMITS = next(
    node for node in STUB.body if isinstance(node, ast.ClassDef) and node.name == "_Limits"
)


def test_version_is_the_distribution_version() -> None:
    assert ordvec_manifest.__version__ == importlib.metadata.version("ordvec-manifest")


def test_the_wheel_is_typed_and_licensed() -> None:
    names = {str(path) for path in importlib.metadata.files("ordvec-manifest") or ()}
    assert "ordvec_manifest/py.typed" in names
    licences = sorted(Path(name).name for name in names if "/licenses/" in name)
    assert licences == ["LICENSE-APACHE", "LICENSE-MIT"]


def test_metadata_names_the_supported_pythons() -> None:
    metadata = importlib.metadata.metadata("ordvec-manifest")
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "MIT OR Apache-2.0"
    assert metadata.get_all("Requires-Dist") is None


def test_the_extension_is_inside_the_package() -> None:
    assert native.__name__ in {"ordvec_manifest._ordvec_manifest", "_ordvec_manifest"}
    package = Path(ordvec_manifest.__file__).parent
    assert Path(native.__file__).parent == package


def test_stub_names_what_the_extension_has() -> None:
    public = {name for name in vars(native) if not name.startswith("_")}
    assert public == FUNCTIONS.keys() | CONSTANTS
    assert set(native.__all__) == public


def test_the_package_exports_what_the_extension_has() -> None:
    assert set(ordvec_manifest.__all__) == FUNCTIONS.keys() | CONSTANTS | {"__version__"}
    for name in ordvec_manifest.__all__:
        assert hasattr(ordvec_manifest, name), name


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_stub_signature_is_the_extension_signature(name: str) -> None:
    declared = FUNCTIONS[name].args
    found = inspect.signature(getattr(native, name)).parameters.values()
    by_kind = {kind: [p.name for p in found if p.kind is kind] for kind in inspect._ParameterKind}
    positional = [argument.arg for argument in declared.posonlyargs + declared.args]
    assert positional == by_kind[inspect.Parameter.POSITIONAL_OR_KEYWORD]
    assert [a.arg for a in declared.kwonlyargs] == by_kind[inspect.Parameter.KEYWORD_ONLY]
    variable = [declared.kwarg.arg] if declared.kwarg else []
    assert variable == by_kind[inspect.Parameter.VAR_KEYWORD]
    defaults = [ast.literal_eval(value) for value in declared.kw_defaults if value is not None]
    keywords = [p for p in found if p.kind is inspect.Parameter.KEYWORD_ONLY]
    assert defaults == [p.default for p in keywords]


def test_stub_limits_are_the_extension_limits() -> None:
    names = [
        node.target.id
        for node in LIMITS.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    assert names == list(ordvec_manifest.default_resource_limits())


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_documented(name: str) -> None:
    assert getattr(ordvec_manifest, name).__doc__

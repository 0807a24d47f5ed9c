"""`_ordvec.pyi` names exactly what the extension has: functions, classes, members, parameters."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import ordvec
from ordvec import _ordvec

#: What every class inherits or PyO3 adds, and a stub does not repeat.
IMPLICIT = {"__doc__", "__module__", "__new__", "__repr__"}


def stub() -> ast.Module:
    path = Path(ordvec.__file__).with_name("_ordvec.pyi")
    return ast.parse(path.read_text(encoding="utf-8"))


def public(names: Any) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def parameters(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [argument.arg for argument in listed if argument.arg not in ("self", "cls")]


def real_parameters(function: Any) -> list[str]:
    names = inspect.signature(function).parameters
    return [name for name in names if name not in ("self", "cls")]


def classes() -> list[ast.ClassDef]:
    return [node for node in stub().body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]


def methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}


def decorators(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    return {item.id for item in node.decorator_list if isinstance(item, ast.Name)}


def test_module_names() -> None:
    declared = set()
    for node in stub().body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            declared.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            declared.add(node.target.id)
    assert public(declared) == public(vars(_ordvec))


def test_function_parameters() -> None:
    functions = [node for node in stub().body if isinstance(node, ast.FunctionDef)]
    assert len(functions) == 11
    for node in functions:
        assert parameters(node) == real_parameters(getattr(_ordvec, node.name)), node.name


def test_class_members() -> None:
    assert len(classes()) == 4
    for node in classes():
        cls = getattr(_ordvec, node.name)
        assert "final" in decorators(node)
        assert set(methods(node)) - IMPLICIT == set(vars(cls)) - IMPLICIT, node.name


def test_constructor_parameters() -> None:
    for node in classes():
        constructor = methods(node)["__new__"]
        assert parameters(constructor) == real_parameters(getattr(_ordvec, node.name))


def test_kinds_and_parameters_of_members() -> None:
    for node in classes():
        cls = getattr(_ordvec, node.name)
        for name, method in methods(node).items():
            real = vars(cls)[name]
            where = f"{node.name}.{name}"
            assert inspect.isgetsetdescriptor(real) == ("property" in decorators(method)), where
            is_classmethod = type(real).__name__ == "classmethod_descriptor"
            assert is_classmethod == ("classmethod" in decorators(method)), where
            if callable(real) and name not in ("__new__", "__len__"):
                assert parameters(method) == real_parameters(real), where


def test_every_function_and_method_is_documented_at_run_time() -> None:
    for name in public(vars(_ordvec)):
        member = getattr(_ordvec, name)
        if callable(member):
            assert member.__doc__, name

"""A workflow file and a composite action from YAML to values.

Every key is one that the runner honours. A key, a shape or an expression that it does not
understand is an error with its path, collected over the whole file and raised once: a
rehearsal that ignored a line of the release would prove nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.errors import UsageError
from tools.model import Problem
from tools.rehearsal.workflow.availability import unavailable
from tools.rehearsal.workflow.document import Composite, Job, Step, Strategy, Workflow
from tools.rehearsal.workflow.templates import condition, used_names
from tools.rehearsal.workflow.values import ExpressionError
from tools.rehearsal.workflow.yamlfile import read_yaml

_WORKFLOW_KEYS = {"name", "on", "permissions", "concurrency", "env", "jobs"}
_JOB_KEYS = {
    *("name", "needs", "if", "runs-on", "environment", "permissions", "strategy", "outputs"),
    *("env", "steps", "timeout-minutes", "concurrency"),
}
_CALL_KEYS = {"name", "needs", "if", "permissions", "strategy", "uses", "with", "concurrency"}
_STEP_KEYS = {
    *("id", "name", "if", "uses", "with", "run", "shell", "env", "working-directory"),
    *("continue-on-error", "timeout-minutes"),
}
_ACTION_KEYS = {"name", "description", "author", "branding", "inputs", "outputs", "runs"}
SCOPES = frozenset(
    {
        *("actions", "attestations", "checks", "contents", "deployments", "discussions"),
        *("id-token", "issues", "models", "packages", "pages", "pull-requests"),
        *("repository-projects", "security-events", "statuses"),
    }
)
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
SHELLS = ("bash", "sh", "python")


class _Reader:
    """Collects problems while it turns YAML into values."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def problem(self, where: str, expected: str, found: object) -> None:
        self.problems.append(Problem(f"{self.path.name}: {where}", expected, str(found)[:100]))

    def mapping(self, value: Any, where: str, allowed: set[str] | None = None) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problem(where, "a mapping", repr(value))
            return {}
        for key in value:
            if allowed is not None and key not in allowed:
                self.problem(f"{where}.{key}", "a key that the rehearsal honours", "an unknown one")
        return {str(key): item for key, item in value.items()}

    def expressions(self, value: Any, where: str, place: str) -> None:
        """Check the expressions inside *value* against what GitHub offers at *place*."""
        try:
            contexts, functions = used_names(value)
        except ExpressionError as error:
            self.problem(where, "a readable expression", error.message)
            return
        for expected, found in unavailable(contexts, functions, place):
            self.problem(where, expected, found)

    def condition(self, text: str, where: str, place: str) -> None:
        """Check an ``if:``, which is an expression with or without ``${{ }}``."""
        try:
            contexts, functions = used_names(text if "${{" in text else "${{" + text + "}}")
            condition(text)
        except ExpressionError as error:
            self.problem(where, "a readable condition", error.message)
            return
        for expected, found in unavailable(contexts, functions, place, in_condition=True):
            self.problem(where, expected, found)

    def permissions(self, value: Any, where: str) -> Mapping[str, str] | None:
        if value is None:
            return None
        if value in ("read-all", "write-all"):
            level = str(value).removesuffix("-all")
            return {scope: level for scope in SCOPES if scope != "id-token" or level == "write"}
        found = self.mapping(value, where, set(SCOPES))
        for scope, level in found.items():
            if level not in ("read", "write", "none"):
                self.problem(f"{where}.{scope}", "read, write or none", level)
        return {scope: str(level) for scope, level in found.items() if level != "none"}

    def names(self, value: Any, where: str) -> tuple[str, ...]:
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.problem(where, "a name or a list of names", repr(value))
        return ()

    # -------------------------------------------------------------- steps

    def step(self, value: Any, where: str) -> Step:
        data = self.mapping(value, where, _STEP_KEYS)
        if ("run" in data) == ("uses" in data):
            self.problem(where, "either run or uses", "both" if "run" in data else "neither")
        shell = str(data.get("shell", ""))
        if shell and shell not in SHELLS:
            self.problem(f"{where}.shell", f"one of {', '.join(SHELLS)}", shell)
        if "if" in data:
            self.condition(str(data["if"]), f"{where}.if", "step.if")
        for key in ("name", "with", "run", "env", "working-directory", "continue-on-error"):
            self.expressions(data.get(key), f"{where}.{key}", "step")
        self.expressions(data.get("timeout-minutes"), f"{where}.timeout-minutes", "step")
        if "id" in data and not _ID.fullmatch(str(data["id"])):
            self.problem(f"{where}.id", "letters, digits, - and _", data["id"])
        return Step(
            id=str(data.get("id", "")),
            name=str(data.get("name", "")),
            condition=_condition_text(data.get("if")),
            uses=str(data.get("uses", "")),
            inputs=self.mapping(data.get("with"), f"{where}.with"),
            run=str(data.get("run", "")),
            shell=shell,
            env=self.mapping(data.get("env"), f"{where}.env"),
            working_directory=str(data.get("working-directory", "")),
            continue_on_error=data.get("continue-on-error", False),
            timeout_minutes=data.get("timeout-minutes"),
        )

    def steps(self, value: Any, where: str) -> tuple[Step, ...]:
        if not isinstance(value, list) or not value:
            self.problem(where, "a list of steps", repr(value))
            return ()
        steps = tuple(self.step(item, f"{where}[{index}]") for index, item in enumerate(value))
        ids = [step.id for step in steps if step.id]
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            self.problem(where, "each step id once", f"{name} twice")
        return steps

    # -------------------------------------------------------------- jobs

    def strategy(self, value: Any, where: str) -> Strategy | None:
        if value is None:
            return None
        data = self.mapping(value, where, {"matrix", "fail-fast"})
        self.expressions(data, where, "job.strategy")
        matrix = data.get("matrix")
        if not isinstance(matrix, (dict, str)):
            self.problem(f"{where}.matrix", "a mapping or an expression", repr(matrix))
        return Strategy(matrix, data.get("fail-fast", True))

    def job(self, name: str, value: Any) -> Job:
        where = f"jobs.{name}"
        calls = isinstance(value, dict) and "uses" in value
        data = self.mapping(value, where, _CALL_KEYS if calls else _JOB_KEYS)
        if not _ID.fullmatch(name):
            self.problem(where, "letters, digits, - and _", name)
        if "if" in data:
            self.condition(str(data["if"]), f"{where}.if", "job.if")
        for key in ("runs-on", "environment", "name", "env", "with", "outputs", "timeout-minutes"):
            self.expressions(data.get(key), f"{where}.{key}", f"job.{key}")
        if not calls and not data.get("runs-on"):
            self.problem(f"{where}.runs-on", "a runner label", "none")
        return Job(
            id=name,
            name=str(data.get("name", "")),
            needs=self.names(data.get("needs"), f"{where}.needs"),
            condition=_condition_text(data.get("if")),
            runs_on=data.get("runs-on", ""),
            environment=data.get("environment"),
            permissions=self.permissions(data.get("permissions"), f"{where}.permissions"),
            strategy=self.strategy(data.get("strategy"), f"{where}.strategy"),
            outputs=self.mapping(data.get("outputs"), f"{where}.outputs"),
            env=self.mapping(data.get("env"), f"{where}.env"),
            steps=() if calls else self.steps(data.get("steps"), f"{where}.steps"),
            uses=str(data.get("uses", "")),
            inputs=self.mapping(data.get("with"), f"{where}.with"),
            timeout_minutes=data.get("timeout-minutes", 360),
            concurrency=self.concurrency(data.get("concurrency"), f"{where}.concurrency"),
        )

    def concurrency(self, value: Any, where: str) -> Any:
        if isinstance(value, dict):
            self.mapping(value, where, {"group", "cancel-in-progress"})
            if value.get("cancel-in-progress"):
                self.problem(f"{where}.cancel-in-progress", "false: no release is cancelled", True)
        self.expressions(value, where, "concurrency")
        return value

    def workflow(self, data: dict[str, Any]) -> Workflow:
        jobs_data = self.mapping(data.get("jobs"), "jobs")
        if not jobs_data:
            self.problem("jobs", "at least one job", "none")
        jobs = {name: self.job(name, value) for name, value in jobs_data.items()}
        for job in jobs.values():
            for need in job.needs:
                if need not in jobs:
                    self.problem(f"jobs.{job.id}.needs", "a job of this file", need)
        self.expressions(data.get("env"), "env", "env")
        return Workflow(
            path=self.path,
            name=str(data.get("name", self.path.name)),
            triggers=self.triggers(data.get("on")),
            permissions=self.permissions(data.get("permissions"), "permissions") or {},
            env=self.mapping(data.get("env"), "env"),
            jobs=jobs,
            concurrency=self.concurrency(data.get("concurrency"), "concurrency"),
        )

    def triggers(self, value: Any) -> Mapping[str, Any]:
        if isinstance(value, str):
            return {value: {}}
        if isinstance(value, list):
            return {str(name): {} for name in value}
        found = self.mapping(value, "on")
        push = self.mapping(found.get("push"), "on.push", {"tags", "branches"})
        if "tags" in push:
            self.names(push["tags"], "on.push.tags")
        return found

    def finish(self) -> None:
        if self.problems:
            raise UsageError(
                f"{self.path} cannot be rehearsed as it stands", problems=self.problems
            )


def _condition_text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def load(path: Path) -> Workflow:
    """Read a workflow file.

    Raises:
        UsageError: with every key, shape and expression that the runner does not honour.
    """
    reader = _Reader(path)
    data = reader.mapping(read_yaml(path), "workflow", _WORKFLOW_KEYS)
    workflow = reader.workflow(data)
    reader.finish()
    return workflow


def load_composite(folder: Path) -> Composite:
    """Read ``action.yml`` of a composite action.

    Raises:
        UsageError: when it is not composite, or holds a key that the runner does not honour.
    """
    path = next((p for p in (folder / "action.yml", folder / "action.yaml") if p.is_file()), None)
    if path is None:
        raise UsageError(f"no action.yml in {folder}")
    reader = _Reader(path)
    data = reader.mapping(read_yaml(path), "action", _ACTION_KEYS)
    if data.get("outputs"):
        reader.problem("outputs", "none (not rehearsed)", data["outputs"])
    runs = reader.mapping(data.get("runs"), "runs", {"using", "steps"})
    if runs.get("using") != "composite":
        reader.problem("runs.using", "composite", runs.get("using"))
    inputs = reader.mapping(data.get("inputs"), "inputs")
    steps = reader.steps(runs.get("steps"), "runs.steps")
    reader.finish()
    return Composite(
        path=path,
        name=str(data.get("name", path.parent.name)),
        defaults={k: str(v["default"]) for k, v in inputs.items() if v and "default" in v},
        required=frozenset(k for k, v in inputs.items() if v and v.get("required")),
        steps=steps,
    )

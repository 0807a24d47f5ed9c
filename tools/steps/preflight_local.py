"""What this checkout alone can tell before a tag: the local half of ``release.preflight``."""

from __future__ import annotations

from collections.abc import Iterator

from tools.checks import notes, tree, trust, versions, workflows
from tools.errors import GateRefused, UsageError
from tools.findings import Finding, compare, failed, of_problems, passed
from tools.ops import cargo, git
from tools.steps.context import Context
from tools.steps.report import Check


def checks(context: Context, *, offline: bool) -> Iterator[tuple[str, str, Check]]:
    """Every local check as (what, expected, check)."""
    yield "branch", context.declaration.project.branch, lambda: _branch(context)
    yield "work tree", "exactly its commit", lambda: _tree(context)
    yield "version sites", f"all at {context.version}", lambda: _sites(context)
    yield "changelog", f"a dated section of {context.version}", lambda: _notes(context)
    yield "Cargo.lock", "in sync", lambda: _lock(context, offline=offline)
    yield "workflows", "wiring only", lambda: _workflows(context)
    yield "pinned trust", "usable", lambda: _trust(context)


def local_tag(context: Context) -> Iterator[Finding]:
    """No tag of this name here, which could be of another commit."""
    what, expected = "local tag", f"no tag {context.tag}"
    commit = git.tag_commit(context.root, context.tag)
    if commit is None:
        yield passed(what, expected)
    else:
        remedy = f"`git tag -d {context.tag}` when it was never pushed; else bump again"
        yield failed(what, expected, f"it exists, at {commit[:12]}", remedy)


def _branch(context: Context) -> Iterator[Finding]:
    branch = context.declaration.project.branch
    found = git.branch(context.root) or "a detached HEAD"
    yield compare("branch", branch, found, f"`git switch {branch}`")


def _tree(context: Context) -> list[Finding]:
    return of_problems("work tree", "exactly its commit", tree.problems(context.root))


def _sites(context: Context) -> list[Finding]:
    declared, root = context.declaration, context.root
    found = [*versions.drift(declared, root, context.version), *versions.undeclared(declared, root)]
    return of_problems("version sites", f"all at {context.version}", found)


def _notes(context: Context) -> list[Finding]:
    name = context.declaration.project.changelog
    text = versions.read_text(context.root / name)
    found = notes.problems(str(name), text, context.version, context.clock.now().date())
    return of_problems("changelog", f"a dated section of {context.version}", found)


def _lock(context: Context, *, offline: bool) -> Iterator[Finding]:
    found = cargo.lock_problem(context.root, offline=offline)
    if found:
        remedy = "`cargo metadata >/dev/null`, review the change of Cargo.lock and commit it"
        yield failed("Cargo.lock", "in sync", found, remedy)
    else:
        yield passed("Cargo.lock", "in sync")


def _trust(context: Context) -> list[Finding]:
    path = context.root / context.declaration.provenance.trust
    found = list(trust.expiring(trust.read(path), context.clock.now()))
    if not found:
        _load(context)
    return of_problems("pinned trust", f"valid for {trust.MARGIN.days} days", found)


def _load(context: Context) -> None:
    """The client itself must load it, and may know more than :mod:`tools.checks.trust`."""
    try:
        context.trust()
    except UsageError as error:
        raise GateRefused(error.message, found=error.found, remedy=trust.RENEW) from error


def _workflows(context: Context) -> list[Finding]:
    found = workflows.problems(context.declaration, context.root)
    return of_problems("workflows", "wiring only", found)

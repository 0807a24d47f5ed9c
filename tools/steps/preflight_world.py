"""What the world can tell before a tag: the half of ``release.preflight`` that asks others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.checks.presence import combine
from tools.findings import Finding, compare, failed, passed
from tools.model import CellState, Digest, Observation, Presence, Version, parse_version
from tools.ops import git
from tools.steps import audit_settings, drafts, preflight_sigstore, registries, require_ci_green
from tools.steps.context import Context
from tools.steps.report import Check
from tools.steps.require_ci_green import Light, State

REMOTE = "origin"
NEXT = "a version cannot be released twice: bump to the next one"


def checks(context: Context) -> Iterator[tuple[str, str, Check]]:
    """Every check of the world as (what, expected, check)."""
    yield from remote(context)
    yield "remote tag", f"no tag {context.tag}", lambda: _remote_tag(context)
    yield "GitHub Release", f"none of {context.tag}", lambda: _release(context)
    yield "CI", "green for this commit", lambda: map(_light, require_ci_green.look(context))
    yield "Sigstore", "the pinned keys", lambda: preflight_sigstore.services(context)
    yield "settings", "as declared", lambda: audit_settings.observe(context).findings
    yield "crates.io and PyPI", "absent", lambda: _registries(context)
    for crate in context.declaration.crate:
        yield f"{crate.name} on crates.io", "lower versions", _crate_versions(context, crate.name)
    for project in context.declaration.python:
        yield f"{project.name} on PyPI", "lower versions", _pypi_versions(context, project.name)


def remote(context: Context) -> Iterator[tuple[str, str, Check]]:
    """The head of the branch is this commit, on the remote and in GitHub's answer."""
    branch = context.declaration.project.branch
    yield f"head of {REMOTE}/{branch}", context.commit, lambda: _pushed(context)
    yield f"head of {branch} on GitHub", context.commit, lambda: _head(context)


def remote_tag(context: Context) -> str | None:
    """The object id of the tag on the remote, or None."""
    name = f"refs/tags/{context.tag}"
    return git.remote_refs(context.root, REMOTE, name).get(name)


def _pushed(context: Context) -> Iterator[Finding]:
    branch = context.declaration.project.branch
    name = f"refs/heads/{branch}"
    found = git.remote_refs(context.root, REMOTE, name).get(name, "no such branch")
    remedy = f"push or pull until `git ls-remote {REMOTE} {branch}` is HEAD, then wait for its CI"
    yield compare(f"head of {REMOTE}/{branch}", context.commit, found, remedy)


def _head(context: Context) -> Iterator[Finding]:
    branch = context.declaration.project.branch
    found = context.github().head_of(branch)
    remedy = f"{REMOTE} must be https://github.com/{context.repository}, and HEAD its head"
    yield compare(f"head of {branch} on GitHub", context.commit, found, remedy)


def _remote_tag(context: Context) -> Iterator[Finding]:
    found = remote_tag(context)
    if found is None:
        yield passed("remote tag", f"no tag {context.tag}")
    else:
        yield failed("remote tag", f"no tag {context.tag}", f"it exists: {found[:12]}", NEXT)


def _release(context: Context) -> Iterator[Finding]:
    what, expected = "GitHub Release", f"none of {context.tag}"
    release = drafts.find(context)
    if release is None:
        note = "none, or a draft that this token may not see"
        yield passed(what, expected, expected if context.github().token else note)
    else:
        kind = "a draft" if release.draft else "a public release"
        remedy = "see `invoke release.status`: this release has begun"
        yield failed(what, expected, f"{kind}: {release.url}", remedy)


def _light(state: State) -> Finding:
    what, expected = f"CI: {state.workflow}", "success for this commit"
    found = f"{state.detail} {state.url}".strip()
    if state.light is Light.GREEN:
        return passed(what, expected, found)
    if state.light is Light.WAIT and state.detail.startswith("unreadable"):
        return Finding(what, CellState.UNREADABLE, expected, found, "run it again")
    remedy = (
        "wait for it" if state.light is Light.WAIT else "re-run that run to green, or mend the code"
    )
    return failed(what, expected, found, remedy)


def _registries(context: Context) -> Iterator[Finding]:
    """No file of this version is known to any registry, under whatever bytes."""
    unknown = dict.fromkeys(context.files.published, Digest.of_bytes(b""))
    observed = registries.observe_all(context, unknown)
    for name in context.files.published:
        yield _absence(name, [item for item in observed if item.artifact == name])


def _absence(name: str, observed: list[Observation]) -> Finding:
    there = [o.surface for o in observed if o.presence is Presence.DIFFERENT]
    if there:
        return failed(name, "absent", f"served by {', '.join(there)}", NEXT)
    answer = combine(observed)
    if answer is Presence.ABSENT:
        return passed(name, "absent")
    detail = next((o.detail for o in observed if o.presence is Presence.UNREADABLE), str(answer))
    return Finding(name, CellState.UNREADABLE, "absent", detail, "run it again")


def _crate_versions(context: Context, name: str) -> Check:
    where = f"{name} on crates.io"
    return lambda: [_higher(where, context.version, context.cratesio().versions(name))]


def _pypi_versions(context: Context, name: str) -> Check:
    where = f"{name} on PyPI"
    return lambda: [_higher(where, context.version, context.pypi().versions(name))]


def _higher(where: str, version: Version, known: Iterable[str]) -> Finding:
    """A release can only rise. Versions that are no releases (pre-releases) do not count."""
    found = []
    for text in known:
        try:
            found.append(parse_version(text))
        except ValueError:
            continue
    highest = max(found, default=None)
    expected = f"lower versions than {version}"
    if highest is not None and highest >= version:
        return failed(where, expected, f"{highest} is there", NEXT)
    return passed(where, expected, f"highest is {highest}" if highest else "no version")

"""Review the compatibility of a release against docs/compatibility-policy.md, before the tag.

Compares HEAD with the last release tag (or ``base``), surface by surface: what is removed,
changed and added, with file and line. The release is minor-breaking when any surface breaks, else
patch-compatible. Every breaking surface needs a migration note in the changelog, and a break is
not a patch release. The SemVer check of the Rust API runs against the latest published crate, with
the features that the policy covers, or the report says why it did not. What a text cannot tell (a
behaviour, a format's bytes) is listed as touched, for the reviewer to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools import changelog, sites
from tools.checks import migration, versions
from tools.checks.surfaces import Evidence, Surface
from tools.checks.surfaces.evidence import ABI_VERSION, Change, State
from tools.checks.surfaces.texts import UNCOVERED, features
from tools.console import console
from tools.declaration import Crate
from tools.errors import Transient, UsageError, raise_if
from tools.model import Problem, Version, parse_version, tag_version
from tools.ops import git, semver_checks
from tools.ops.proc import CommandFailed
from tools.ops.semver_checks import SemverCheck
from tools.steps.context import Context

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Review:
    """The classification, its evidence and what is still to be done."""

    base: str
    base_version: str
    version: str
    classification: str
    breaking: tuple[Surface, ...]
    touched: tuple[Surface, ...]
    evidence: tuple[Evidence, ...]
    semver: tuple[SemverCheck, ...]
    problems: tuple[Problem, ...]


def review(context: Context, *, base: str = "", no_semver: str = "") -> Review:
    """Classify the release.

    Args:
        base: the revision to compare with; by default the last release tag below HEAD.
        no_semver: why the SemVer check is not made; recorded in the report.

    Raises:
        GateRefused: a break without a migration note, or released as a patch.
        UsageError: there is no release tag and no *base*, or *base* is no revision.
    """
    base = base or _last_tag(context)
    old_version = _version_at(context, base)
    evidence = _change(context, base).evidence()
    semver = tuple(_semver(context, crate, no_semver) for crate in context.declaration.crate)
    evidence += [
        Evidence(Surface.RUST, check.crate, 0, "SemVer check", check.detail, breaking=True)
        for check in semver
        if check.compatible is False
    ]
    breaking = [s for s in Surface if any(e.breaking and e.surface is s for e in evidence)]
    result = Review(
        base,
        str(old_version),
        str(context.version),
        "minor-breaking" if breaking else "patch-compatible",
        tuple(breaking),
        tuple(s for s in Surface if any(e.surface is s for e in evidence)),
        tuple(evidence),
        semver,
        tuple(_problems(context, old_version, breaking, evidence)),
    )
    _show(result)
    raise_if(
        result.problems, f"{context.version} is not ready to be released as it is", report=result
    )
    console.success(f"{result.classification} against {base}, and noted as the policy asks")
    return result


def _last_tag(context: Context) -> str:
    """The highest release tag below HEAD, HEAD's own left out."""
    here = git.head(context.root)
    found = {
        version: tag
        for tag in git.merged_tags(context.root)
        if (version := tag_version(tag)) and git.tag_commit(context.root, tag) != here
    }
    if not found:
        raise UsageError(
            "there is no release tag below HEAD to compare with",
            remedy="`git fetch --tags`, or pass --base REV",
        )
    return found[max(found)]


def _version_at(context: Context, base: str) -> Version:
    site = context.declaration.site[0]
    try:
        git.head(context.root, base)
    except CommandFailed as error:
        raise UsageError(f"{base!r} is no revision of this repository") from error
    text = git.show(context.root, base, site.file.as_posix())
    try:
        return parse_version(sites.read(site, text)[0].text)
    except ValueError as error:
        raise UsageError(f"{base} holds no release version", found=str(error)) from error


def _change(context: Context, base: str) -> Change:
    root = context.root

    def state(revision: str) -> State:
        paths = frozenset(entry.path for entry in git.files(root, revision))
        return State(paths, lambda path: git.show(root, revision, path) if path in paths else "")

    return Change(context.declaration, state(base), state("HEAD"), git.changed(root, base))


def _semver(context: Context, crate: Crate, no_semver: str) -> SemverCheck:
    if no_semver:
        return SemverCheck(crate.name, None, f"not made: {no_semver}")
    try:
        published = context.cratesio().newest(crate.name, context.version)
    except Transient as error:
        detail = f"crates.io does not say what is published: {error.found}"
        return SemverCheck(crate.name, None, detail)
    if published is None:
        return SemverCheck(crate.name, None, f"crates.io has no release up to {context.version}")
    path = crate.manifest.as_posix()
    now = set(features(path, versions.read_text(context.root / path)))
    before = published.features - UNCOVERED
    return semver_checks.check(
        *(context.root, crate.name, str(published.version)),
        now=now - {"default"},
        before=before - {"default"},
    )


def _problems(
    context: Context, base: Version, breaking: Sequence[Surface], evidence: Sequence[Evidence]
) -> list[Problem]:
    """Missing notes, a break as a patch, an ABI that broke without a new ABI version."""
    name = context.declaration.project.changelog
    text = versions.read_text(context.root / name)
    section = changelog.released(text, context.version) if context.version != base else None
    where = f"{name}: ## [{context.version}]" if section else f"{name}: {changelog.UNRELEASED}"
    notes = section or changelog.unreleased(text) or ""
    found = list(migration.missing(breaking, notes, where))
    found += migration.bump_problems(base, context.version, bool(breaking))
    abi = [e for e in evidence if e.surface is Surface.C_ABI and e.breaking]
    constant = ABI_VERSION.removeprefix("define ")
    if abi and not any(constant in e.text for e in abi):
        found.append(Problem(str(abi[0]), f"a new {constant}", "the old one", "raise it"))
    return found


def _show(result: Review) -> None:
    for surface in result.touched:
        mine = [e for e in result.evidence if e.surface is surface]
        breaks = [e for e in mine if e.breaking]
        verdict = "breaks" if breaks else "touched"
        console.heading(f"{surface}: {verdict} ({len(breaks)} of {len(mine)} changes break)")
        ordered = [*breaks, *(e for e in mine if not e.breaking)]
        for item in ordered[:SHOWN]:
            console.info(f"  {'!' if item.breaking else ' '} {item}")
        if len(mine) > SHOWN:
            console.info(f"    and {len(mine) - SHOWN} more; --json lists all")
    untouched = [str(s) for s in Surface if s not in result.touched]
    if untouched:
        console.info(f"untouched: {', '.join(untouched)}")
    for check in result.semver:
        words = {None: "no verdict", True: "compatible", False: "breaks"}
        console.info(f"SemVer check of {check.crate}: {words[check.compatible]}; {check.detail}")
    console.heading(
        f"{result.base_version} -> {result.version}: {result.classification} (base {result.base})"
    )

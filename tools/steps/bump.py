"""Set the lockstep version at every declared site, in Cargo.lock and in the changelog.

    nox -s bump -- minor              0.6.0 -> 0.7.0
    nox -s bump -- 0.6.1 --dry-run    print each line before and after, change nothing
    nox -s bump -- --check            fail with every site that has drifted

All files change together or none does. The version must rise, the tree must be clean, the tag
must not exist and the changelog's Unreleased section must say something. Afterwards commit;
`invoke release.preflight` checks what can be known before the tag.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from semver import Version

from tools import changelog, sites
from tools.checks import versions
from tools.console import console
from tools.declaration import ROOT, Declaration
from tools.errors import GateRefused, UsageError, raise_if
from tools.model import Problem, parse_version
from tools.ops import atomic, git

PARTS = ("major", "minor", "patch")


@dataclass(frozen=True, slots=True)
class LineChange:
    """One changed line: 1-based number in the new text, and both texts (None: no such line)."""

    file: Path
    line: int
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A bump before anything is written: the new text of each file, relative to the root."""

    old: Version
    new: Version
    contents: dict[Path, str]
    changes: tuple[LineChange, ...]


def resolve_target(text: str, current: Version) -> Version:
    """``major``, ``minor``, ``patch`` or a strict ``X.Y.Z`` as a version.

    Raises:
        UsageError: for a pre-release, a leading zero, or anything else.
    """
    if text in PARTS:
        return current.next_version(text)
    try:
        return parse_version(text)
    except ValueError as error:
        raise UsageError(
            str(error),
            expected="major, minor, patch or X.Y.Z",
            found=text,
            remedy="pre-releases are not released from here: give the final version",
        ) from error


def make_plan(declaration: Declaration, root: Path, target: str, day: date) -> Plan:
    """Read the tree into a plan.

    Raises:
        UsageError: the target is not a release version.
        GateRefused: with every reason why this tree cannot be bumped to it.
    """
    current = versions.current(declaration, root)
    new = resolve_target(target, current)
    raise_if(_refusals(declaration, root, current, new), f"cannot bump {current} to {new}")
    contents = _new_contents(declaration, root, new, day)
    changes = tuple(
        change
        for file, text in contents.items()
        for change in _line_changes(file, versions.read_text(root / file), text)
    )
    return Plan(current, new, contents, changes)


def _refusals(
    declaration: Declaration, root: Path, current: Version, new: Version
) -> Iterator[Problem]:
    tag = declaration.project.tag_of(new)
    if new <= current:
        yield Problem("version", f"higher than {current}", str(new), "a release can only rise")
    dirty = git.status(root)
    if dirty:
        names = ", ".join(change.path for change in dirty[:5])
        yield Problem(
            "working tree",
            "clean",
            f"{len(dirty)} changed or untracked: {names}",
            "commit or stash, then bump again",
        )
    if tag in git.tags(root, tag):
        yield Problem("tags", f"no tag {tag}", "it exists", "give the next version")
    notes = changelog.unreleased(versions.read_text(root / declaration.project.changelog))
    if notes is None or changelog.is_empty(notes):
        yield Problem(
            f"{declaration.project.changelog}: {changelog.UNRELEASED}",
            "what this release changes",
            "no such section" if notes is None else "an empty section",
            "write the notes for the readers of this release",
        )
    yield from versions.drift(declaration, root, current)


def _new_contents(declaration: Declaration, root: Path, new: Version, day: date) -> dict[Path, str]:
    contents: dict[Path, str] = {}
    for site in declaration.site:
        text = contents.get(site.file) or versions.read_text(root / site.file)
        contents[site.file] = sites.write(site, text, str(new))
    log = declaration.project.changelog
    contents[log] = changelog.release(versions.read_text(root / log), new, day)
    return contents


def _line_changes(file: Path, before: str, after: str) -> Iterator[LineChange]:
    old, new = before.splitlines(), after.splitlines()
    if len(old) == len(new):
        for number, (left, right) in enumerate(zip(old, new, strict=True), start=1):
            if left != right:
                yield LineChange(file, number, left, right)
        return
    # Only the changelog grows: a run of lines is inserted at one place.
    start = next(i for i, line in enumerate(new) if i >= len(old) or line != old[i])
    for number in range(start, start + len(new) - len(old)):
        yield LineChange(file, number + 1, None, new[number])


def show(plan: Plan, *, applied: bool) -> None:
    """Print every line before and after; the same object is preview and report."""
    verb = "changed" if applied else "would change"
    console.heading(f"{plan.old} -> {plan.new}: {verb} {len(plan.contents)} files")
    for change in plan.changes:
        console.info(f"{change.file}:{change.line}")
        if change.before is not None:
            console.info(f"  - {change.before.strip()}")
        console.info(f"  + {change.after.strip()}")


def bump(root: Path, target: str, *, dry_run: bool = False, day: date | None = None) -> Plan:
    """Bump the tree at *root*; see the module's docstring for what is refused."""
    finished = atomic.recover(root)
    if finished:
        raise GateRefused(
            "an interrupted bump was completed first",
            found=f"replaced {', '.join(str(path) for path in finished)}",
            remedy="look at `git diff`, commit it or `git checkout .`, then bump again",
        )
    declaration = Declaration.load(root)
    plan = make_plan(declaration, root, target, day or datetime.now(UTC).date())
    if not dry_run:
        atomic.replace_all(root, plan.contents)
        raise_if(versions.drift(declaration, root, plan.new), "the bump did not reach every site")
    show(plan, applied=not dry_run)
    return plan


def check(root: Path) -> Version:
    """The version of the tree, when every site agrees and every needed site is declared.

    Raises:
        GateRefused: with every drifted or undeclared site.
    """
    atomic.recover(root)
    declaration = Declaration.load(root)
    current = versions.current(declaration, root)
    problems = [*versions.drift(declaration, root), *versions.undeclared(declaration, root)]
    raise_if(problems, f"the tree is not at one version ({current} at {declaration.site[0]})")
    console.success(f"{len(declaration.site)} sites at {current}")
    return current


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", help="major, minor, patch or X.Y.Z")
    parser.add_argument("--dry-run", action="store_true", help="print the changes, make none")
    parser.add_argument("--check", action="store_true", help="fail with every drifted site")


def main(args: argparse.Namespace) -> object:
    if args.check:
        if args.target or args.dry_run:
            raise UsageError("--check takes no version", remedy="nox -s bump -- --check")
        return {"version": check(ROOT)}
    if not args.target:
        raise UsageError("no version given", expected="major, minor, patch or X.Y.Z")
    plan = bump(ROOT, args.target, dry_run=args.dry_run)
    return {"old": plan.old, "new": plan.new, "applied": not args.dry_run, "changes": plan.changes}

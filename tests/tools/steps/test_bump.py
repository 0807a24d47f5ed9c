"""The bump: every site or none, each refusal with its sentence, also across a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.conftest import git
from tools import changelog
from tools.checks import versions
from tools.declaration import ROOT, Declaration
from tools.errors import GateRefused, ReleaseError, UsageError
from tools.model import parse_version
from tools.ops import atomic
from tools.steps import bump

DAY = date(2026, 12, 24)


def snapshot(tree: Path) -> dict[str, bytes]:
    return {
        path.relative_to(tree).as_posix(): path.read_bytes()
        for path in sorted(tree.rglob("*"))
        if path.is_file() and ".git/" not in path.as_posix()
    }


def test_every_site_moves_and_nothing_else(tree: Path) -> None:
    before = snapshot(tree)
    plan = bump.bump(tree, "minor", day=DAY)
    assert str(plan.new) == "0.7.0"
    assert bump.check(tree) == parse_version("0.7.0")
    after = snapshot(tree)
    assert {name for name in before if before[name] != after[name]} == {
        path.as_posix() for path in plan.contents
    }
    removed = [c for c in plan.changes if c.before is not None and "0.6.0" not in c.before]
    assert removed == []


def test_no_third_party_line_of_the_lock_changes(tree: Path) -> None:
    before = (tree / "Cargo.lock").read_text().splitlines()
    bump.bump(tree, "9.9.9", day=DAY)
    after = (tree / "Cargo.lock").read_text().splitlines()
    changed = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    assert all(before[i - 1].startswith('name = "ordvec') for i in changed)
    assert len(changed) == 5


def test_the_bumped_lock_is_what_cargo_wants(tree: Path) -> None:
    bump.bump(tree, "minor", day=DAY)
    for manifest in tree.rglob("Cargo.toml"):
        source = manifest.parent / "src" / "lib.rs"
        source.parent.mkdir(exist_ok=True)
        source.write_text("")
    (tree / "ordvec-manifest/src/main.rs").write_text("fn main() {}\n")
    done = subprocess.run(
        ["cargo", "metadata", "--locked", "--offline", "--no-deps", "--format-version", "1"],
        cwd=tree,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_changelog_gets_a_dated_section(tree: Path, declaration: Declaration) -> None:
    bump.bump(tree, "0.6.1", day=DAY)
    text = (tree / declaration.project.changelog).read_text()
    assert "## [Unreleased]\n\n## [0.6.1] - 2026-12-24\n\n### Added\n\n- a thing\n" in text
    assert changelog.is_empty(changelog.unreleased(text) or "x") is True


def test_dry_run_changes_nothing_and_prints_lines(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(tree)
    bump.bump(tree, "minor", dry_run=True, day=DAY)
    assert snapshot(tree) == before
    out = capsys.readouterr().out
    assert "Cargo.toml:3" in out
    assert '- version = "0.6.0"' in out
    assert '+ version = "0.7.0"' in out
    assert "would change" in out


def test_running_it_twice_changes_nothing(tree: Path) -> None:
    bump.bump(tree, "0.7.0", day=DAY)
    before = snapshot(tree)
    for target in ("0.7.0", "minor"):
        with pytest.raises(GateRefused):
            bump.bump(tree, target, day=DAY)
    assert snapshot(tree) == before


@pytest.mark.parametrize("target", ["0.6.0", "0.5.9", "0.0.1"])
def test_lower_or_equal_version(tree: Path, target: str) -> None:
    with pytest.raises(GateRefused, match=r"higher than 0\.6\.0"):
        bump.bump(tree, target, day=DAY)


@pytest.mark.parametrize("target", ["0.7.0-rc.1", "0.07.0", "0.7", "next", "v0.7.0", "0.7.0+b"])
def test_not_a_release_version(tree: Path, target: str) -> None:
    with pytest.raises(UsageError, match="not a release version"):
        bump.bump(tree, target, day=DAY)


def test_dirty_tree(tree: Path) -> None:
    (tree / "stray.txt").write_text("x")
    with pytest.raises(GateRefused, match=r"stray\.txt"):
        bump.bump(tree, "minor", day=DAY)


def test_existing_tag(tree: Path) -> None:
    git(tree, "tag", "v0.7.0")
    with pytest.raises(GateRefused, match=r"no tag v0\.7\.0"):
        bump.bump(tree, "minor", day=DAY)


@pytest.mark.parametrize("body", ["## [Unreleased]\n\n### Added\n\n", ""])
def test_empty_or_missing_unreleased(
    tree: Path, declaration: Declaration, commit: Callable[[Path], None], body: str
) -> None:
    log = tree / declaration.project.changelog
    log.write_text(f"# Changelog\n\n{body}## [0.6.0] - 2026-01-01\n\n- x\n")
    commit(tree)
    with pytest.raises(GateRefused, match="write the notes"):
        bump.bump(tree, "minor", day=DAY)


def test_drifted_site_names_file_and_line(tree: Path, commit: Callable[[Path], None]) -> None:
    path = tree / "ordvec-python/pyproject.toml"
    path.write_text(path.read_text().replace('version = "0.6.0"', 'version = "0.5.9"'))
    commit(tree)
    with pytest.raises(GateRefused, match=r"ordvec-python/pyproject\.toml:\d+: expected 0\.6\.0"):
        bump.check(tree)
    with pytest.raises(GateRefused, match=r"found 0\.5\.9"):
        bump.bump(tree, "minor", day=DAY)


def test_every_drifted_site_is_reported_together(tree: Path) -> None:
    for name in ("ordvec-ffi/Cargo.toml", "ordvec-python/python/ordvec/__init__.py"):
        path = tree / name
        path.write_text(path.read_text().replace('"0.6.0"', '"0.5.0"', 1))
    with pytest.raises(GateRefused) as caught:
        bump.check(tree)
    assert len(caught.value.problems) == 2


def test_undeclared_member(tree: Path) -> None:
    path = tree / "release.toml"
    site = '[[site]]\nfile = "ordvec-manifest-python/Cargo.toml"\nkind = "toml"\nkey = "package.v'
    text = path.read_text()
    start = text.index(site)
    path.write_text(text[:start] + text[text.index("[[site]]", start + 5) :])
    with pytest.raises(GateRefused, match=r"ordvec-manifest-python/Cargo.toml: package\.version"):
        bump.check(tree)


def test_refusals_are_collected(tree: Path, declaration: Declaration) -> None:
    (tree / declaration.project.changelog).write_text("# Changelog\n")
    git(tree, "tag", "v0.1.0")
    with pytest.raises(GateRefused) as caught:
        bump.bump(tree, "0.1.0", day=DAY)
    assert len(caught.value.problems) == 4


KILLED = """
import os, signal, sys
from pathlib import Path
from tools.ops import atomic
root, point = Path(sys.argv[1]), int(sys.argv[2])
calls = 0
def counted(original):
    def wrapper(*args, **kwargs):
        global calls
        calls += 1
        if calls > point:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    return wrapper
atomic._write_synced = counted(atomic._write_synced)
Path.replace = counted(Path.replace)
Path.unlink = counted(Path.unlink)
atomic.replace_all(root, {Path(n): "new" for n in ("a", "b", "sub/c")})
"""


def test_killed_at_every_point_leaves_all_files_or_none(tmp_path: Path) -> None:
    outcomes = set()
    for point in range(40):
        root = tmp_path / str(point)
        (root / "sub").mkdir(parents=True)
        for name in ("a", "b", "sub/c"):
            (root / name).write_text("old")
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(root), str(point)], cwd=ROOT, timeout=60
        )
        atomic.recover(root)
        texts = {(root / name).read_text() for name in ("a", "b", "sub/c")}
        assert len(texts) == 1, point
        assert sorted(p.name for p in root.iterdir()) == ["a", "b", "sub"]
        outcomes.add(texts.pop())
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert outcomes == {"old", "new"}
    assert point > 8


def test_an_interrupted_bump_is_completed_before_the_next(tree: Path) -> None:
    plan = bump.make_plan(Declaration.load(tree), tree, "minor", DAY)
    atomic_replace = Path.replace
    seen = 0

    class Killed(BaseException):
        pass

    def dying(self: Path, target: os.PathLike[str] | str) -> Path:
        nonlocal seen
        seen += 1
        if seen == 5:
            raise Killed
        return atomic_replace(self, target)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Path, "replace", dying)
        atomic.replace_all(tree, plan.contents)
    with pytest.raises(GateRefused, match="interrupted bump was completed"):
        bump.bump(tree, "minor", day=DAY)
    assert bump.check(tree) == plan.new


PARTS = st.tuples(*[st.integers(0, 30)] * 3)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(PARTS)
def test_law_a_plan_moves_up_or_is_refused(tree: Path, parts: tuple[int, int, int]) -> None:
    target = "{}.{}.{}".format(*parts)
    declaration = Declaration.load(tree)
    old = versions.current(declaration, tree)
    try:
        plan = bump.make_plan(declaration, tree, target, DAY)
    except ReleaseError:
        assert parse_version(target) <= old
    else:
        assert plan.new == parse_version(target) > old


def test_this_repository_has_no_drift() -> None:
    bump.check(ROOT)

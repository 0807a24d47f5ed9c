"""The tag guard and the matrices."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.checks import versions
from tools.declaration import Declaration
from tools.errors import GateRefused
from tools.model import parse_version, tag_version
from tools.steps.guard import guard
from tools.steps.plan import matrices, plan


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(path))
    return path


def outputs(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def test_a_strict_tag_releases(declaration: Declaration, tree: Path, output: Path) -> None:
    version = versions.current(declaration, tree)
    verdict = guard(declaration, tree, f"v{version}")
    assert verdict.release
    assert outputs(output) == {"release": "true", "version": str(version)}


@pytest.mark.parametrize(
    "tag",
    [
        "v1.2.3-rc1",
        "v1.2.3+build",
        "v01.2.3",
        "v1.02.3",
        "v1.2",
        "v1.2.3.4",
        "1.2.3",
        "V1.2.3",
        "vv1.2.3",
        "v1.2.3 ",
        "v1.2.3\n",
        "v\u0661.2.3",
        "release-1.2.3",
        "",
    ],
)
def test_any_other_tag_skips_without_failing(
    declaration: Declaration, tree: Path, output: Path, tag: str
) -> None:
    assert not guard(declaration, tree, tag).release
    assert outputs(output) == {"release": "false", "version": ""}


def test_a_tag_of_another_version_is_refused(
    declaration: Declaration, tree: Path, output: Path
) -> None:
    with pytest.raises(GateRefused, match="does not hold version") as caught:
        guard(declaration, tree, "v99.0.0")
    assert caught.value.exit_code == 10
    # The tree agrees with itself: one problem, and nothing is to be set by hand.
    (problem,) = caught.value.problems
    assert problem.found == f"{versions.current(declaration, tree)} at every site"
    assert problem.remedy == "`nox -s bump -- 99.0.0`"
    assert not output.exists()


def test_a_tag_of_a_tree_that_disagrees_with_itself_names_each_site(
    declaration: Declaration, tree: Path
) -> None:
    path = tree / "ordvec-ffi/Cargo.toml"
    version = versions.current(declaration, tree)
    path.write_text(path.read_text().replace(f'version = "{version}"', 'version = "0.0.1"', 1))
    with pytest.raises(GateRefused) as caught:
        guard(declaration, tree, "v99.0.0")
    assert len(caught.value.problems) >= len(declaration.site)
    assert any(problem.found == "0.0.1" for problem in caught.value.problems)


numbers = st.integers(min_value=0, max_value=10**6)


@given(st.tuples(numbers, numbers, numbers))
def test_every_strict_tag_is_its_version(parts: tuple[int, int, int]) -> None:
    text = ".".join(map(str, parts))
    assert tag_version(f"v{text}") == parse_version(text)


@given(st.text(max_size=12))
def test_a_tag_that_releases_is_spelt_in_one_way_only(tag: str) -> None:
    version = tag_version(tag)
    assert version is None or tag == f"v{version.major}.{version.minor}.{version.patch}"


# ---------------------------------------------------------------------- the matrices


def test_every_project_is_built_for_every_platform(declaration: Declaration) -> None:
    found = matrices(declaration)
    pairs = {(leg["package"], leg["platform"]) for leg in found.wheels}
    assert pairs == {
        (project.name, platform.name)
        for project in declaration.python
        for platform in declaration.wheels.platform
    }
    assert [leg["package"] for leg in found.sdists] == [p.name for p in declaration.python]
    assert [leg["level"] for leg in found.simd] == [leg.level for leg in declaration.simd]


def test_the_smoke_legs_are_the_arm_linux_ones(declaration: Declaration) -> None:
    found = matrices(declaration)
    assert {leg["platform"] for leg in found.smoke} == {"manylinux-aarch64"}
    assert len(found.smoke) == len(declaration.python)


def test_the_outputs_are_single_lines_of_json(declaration: Declaration, output: Path) -> None:
    found = plan(declaration)
    written = outputs(output)
    assert json.loads(written["wheels"]) == list(found.wheels)
    assert set(written) == {"wheels", "sdists", "simd", "smoke"}

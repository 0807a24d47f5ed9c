"""The workflow checks reject each defect; fixtures are named after it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.checks import workflows
from tools.declaration import ROOT, Declaration

CHECKOUT = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683  # v4.2.2"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    return tmp_path


def test_this_repository_is_wiring(declaration: Declaration) -> None:
    assert workflows.problems(declaration, ROOT) == []


DEFECTS = {
    "action pinned by tag": ("release.yml", CHECKOUT, "actions/checkout@v4"),
    "commit pin without its version": ("release.yml", CHECKOUT, CHECKOUT.split("  #")[0]),
    "slsa generator pinned by another tag": ("release.yml", "slsa3.yml@v2.1.0", "slsa3.yml@v2.0.0"),
    "credentials persisted": (
        "release.yml",
        "with: { persist-credentials: false }",
        "with: { persist-credentials: true }",
    ),
    "two commands in one line": (
        "release.yml",
        "run: invoke release.draft",
        "run: invoke release.draft && invoke release.draft",
    ),
    "a shell line": ("release.yml", "run: invoke release.draft", "run: gh release create"),
    "command substitution": (
        "ci.yml",
        "run: nox -s lint",
        "run: nox -s lint -- $(cat x)",
    ),
    "expression in a run line": (
        "release.yml",
        '--level "$LEVEL"',
        "--level ${{ matrix.level }}",
    ),
    "multi-line run": (
        "ci.yml",
        "run: nox -s lint",
        "run: |\n          nox -s lint\n          nox -s lint",
    ),
    "write permissions at the top": (
        "release.yml",
        "permissions: { contents: read }\n\nconc",
        "permissions: { contents: write }\n\nconc",
    ),
    "no permissions at the top": ("ci.yml", "permissions: { contents: read }\n", ""),
    "cache on the release path": (
        "release.yml",
        f"uses: {CHECKOUT}",
        "uses: actions/cache@5a3ec84eff668545956fd18022155c47e93e2684  # v4.2.3",
    ),
    "a job that may hang for six hours": (
        "release.yml",
        "    timeout-minutes: 120\n",
        "",
    ),
    "a job that may hang for longer than the release can wait": (
        "ci.yml",
        "timeout-minutes: 60",
        "timeout-minutes: 360",
    ),
    "grown beyond 450 lines": ("release.yml", "jobs:\n", "jobs:\n" + "\n" * 100),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_rejected(root: Path, declaration: Declaration, defect: str) -> None:
    name, old, new = DEFECTS[defect]
    path = root / ".github/workflows" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert workflows.problems(declaration, root) != []


def test_setup_action_with_a_cache(root: Path, declaration: Declaration) -> None:
    path = root / ".github/actions/setup/action.yml"
    text = path.read_text()
    old = 'with: { python-version: "3.12" }'
    assert old in text
    path.write_text(text.replace(old, 'with: { python-version: "3.12", cache: pip }'))
    assert workflows.problems(declaration, root) != []


def test_setup_action_with_an_unlocked_install(root: Path, declaration: Declaration) -> None:
    path = root / ".github/actions/setup/action.yml"
    path.write_text(path.read_text().replace("--require-hashes ", ""))
    assert workflows.problems(declaration, root) != []

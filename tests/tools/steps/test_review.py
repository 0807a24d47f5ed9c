"""The review of a release's compatibility, on commits of a small workspace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.conftest import git
from tools.checks.surfaces import Surface
from tools.declaration import Declaration
from tools.errors import GateRefused, Transient, UsageError
from tools.model import Version
from tools.ops.cratesio import CratesIo, Published
from tools.ops.http import Http
from tools.ops.proc import Completed
from tools.ops.semver_checks import SemverCheck
from tools.steps.context import Context
from tools.steps.review import Review, review

BASE = "0.6.0"
PUBLISHED = Published(Version.parse("0.5.0"), frozenset({"serde", "experimental", "test-utils"}))
FILES = {
    "src/lib.rs": "pub mod rank_io;\npub fn one() -> u32 { 1 }\n",
    "src/rank_io/mod.rs": 'pub const FORMAT_VERSION: u8 = 1;\nconst OLD: &[u8] = b"OVR0";\n',
    "ordvec-manifest/src/lib.rs": "pub fn verify() {}\n",
    "ordvec-manifest/src/codes.rs": (
        'codes! {\n    TOO_LARGE = "too_large";\n    SHA256_BAD = "sha256_bad";\n}\n'
    ),
    "ordvec-python/python/ordvec/_ordvec.pyi": "def load(path: str) -> int: ...\n",
    "ordvec-ffi/include/ordvec.h": "#define ORDVEC_ABI_VERSION 1\nint ordvec_one(void);\n",
    "ordvec-go/index.go": "package ordvec\n\nfunc Load() {}\n",
    "ordvec-go/go.mod": "module x\n\ngo 1.21\n",
    "docs/formats.md": "formats\n",
}
NOTE = "# Changelog\n\n## [Unreleased]\n\n### Changed\n\n- {}: changed; do this instead.\n"


class Workspace:
    """The tree of the declaration with sources on every surface, tagged at the base version."""

    def __init__(self, root: Path, declaration: Declaration, http: Http) -> None:
        self.root, self.declaration, self.http = root, declaration, http
        from tools import sites
        from tools.checks.versions import read_text

        for site in declaration.site:
            path = root / site.file
            path.write_text(sites.write(site, read_text(path), BASE))
        for path_, text in FILES.items():
            self.write(path_, text)
        self.commit()
        git(root, "tag", f"v{BASE}")

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text
        self.write(path, text.replace(old, new, 1))

    def note(self, what: str) -> None:
        self.write("CHANGELOG.md", NOTE.format(what))

    def commit(self) -> None:
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "--allow-empty", "-m", "change")

    def review(self, version: str = BASE, base: str = "") -> Review:
        context = Context(
            self.root, self.declaration, Version.parse(version), "0" * 40, self.http, env={}
        )
        return review(context, base=base, no_semver="the test has no registry")


@pytest.fixture
def workspace(tree: Path, declaration: Declaration) -> Iterator[Workspace]:
    with Http("test/1 (+https://example.invalid)") as http:
        yield Workspace(tree, declaration, http)


def test_no_change_is_patch_compatible(workspace: Workspace) -> None:
    workspace.commit()
    found = workspace.review()
    assert (found.base, found.classification) == ("v0.6.0", "patch-compatible")
    assert (found.touched, found.breaking) == ((), ())


BREAKS = {
    "a Rust item removed": (
        ("src/lib.rs", "pub fn one() -> u32 { 1 }", ""), Surface.RUST, "Rust", "src/lib.rs:2"),
    "a Rust signature changed": (
        ("src/lib.rs", "-> u32", "-> u64"), Surface.RUST, "Rust", "src/lib.rs:2"),
    "a Python function removed": (
        ("ordvec-python/python/ordvec/_ordvec.pyi", "load", "open"), Surface.PYTHON, "Python",
        "_ordvec.pyi:1"),
    "a higher minimum Python": (
        ("ordvec-python/pyproject.toml", 'requires-python = ">=3.', 'requires-python = ">=4.'),
        Surface.PYTHON, "Python", "ordvec-python/pyproject.toml"),
    "a dropped platform wheel": (
        ("release.toml", 'name = "macos-arm64"', 'name = "macos-x86_64"'), Surface.PYTHON,
        "Python", "macos-arm64"),
    "a Go function removed": (
        ("ordvec-go/index.go", "func Load() {}", ""), Surface.GO, "Go", "ordvec-go/index.go:3"),
    "a higher minimum Go": (
        ("ordvec-go/go.mod", "go 1.21", "go 1.22"), Surface.GO, "Go", "go 1.21  ->  1.22"),
    "an issue code renamed": (
        ("ordvec-manifest/src/codes.rs", '"too_large"', '"big"'), Surface.MANIFEST, "Manifest",
        "codes.rs:2"),
    "an issue code with digits renamed": (
        ("ordvec-manifest/src/codes.rs", '"sha256_bad"', '"bad"'), Surface.MANIFEST, "Manifest",
        "codes.rs:3"),
    "a new format version": (
        ("src/rank_io/mod.rs", "u8 = 1", "u8 = 2"), Surface.FORMATS, "Format", "mod.rs:1"),
    "an old magic no longer read": (
        ("src/rank_io/mod.rs", 'b"OVR0"', 'b"OVR9"'), Surface.FORMATS, "Format", "OVR0"),
    "a feature removed": (
        ("Cargo.toml", "test-utils = []\n", ""), None, "", ""),
    "the default features changed": (
        ("Cargo.toml", "default = [", 'default = ["serde", '), Surface.FEATURES, "Features",
        "Cargo.toml"),
    "a higher MSRV": (
        ("Cargo.toml", 'rust-version = "1.', 'rust-version = "2.'), Surface.MSRV, "MSRV",
        "Cargo.toml"),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, case in BREAKS.items() if case[1]])
def test_a_break_needs_a_note_and_a_minor_version(workspace: Workspace, name: str) -> None:
    (path, old, new), surface, word, where = BREAKS[name]
    workspace.edit(path, old, new)
    workspace.note("nothing")
    workspace.commit()
    with pytest.raises(GateRefused) as caught:
        workspace.review()
    assert caught.value.exit_code == 10
    assert [p.where.rpartition(": ")[2] for p in caught.value.problems] == [surface]
    workspace.note(word)
    workspace.commit()
    found = workspace.review()
    assert (found.classification, found.breaking) == ("minor-breaking", (surface,))
    assert any(where in str(e) for e in found.evidence if e.breaking)
    with pytest.raises(GateRefused, match="or higher, for a break"):
        workspace.review("0.6.1")
    assert workspace.review("0.7.0")


def test_a_feature_that_the_policy_does_not_cover(workspace: Workspace) -> None:
    workspace.edit(*BREAKS["a feature removed"][0])
    workspace.commit()
    assert workspace.review().classification == "patch-compatible"


def test_a_c_abi_break_needs_a_new_abi_version_too(workspace: Workspace) -> None:
    workspace.edit("ordvec-ffi/include/ordvec.h", "ordvec_one(void)", "ordvec_one(int x)")
    workspace.note("C ABI")
    workspace.commit()
    with pytest.raises(GateRefused, match="a new ORDVEC_ABI_VERSION"):
        workspace.review()
    workspace.edit("ordvec-ffi/include/ordvec.h", "ABI_VERSION 1", "ABI_VERSION 2")
    workspace.commit()
    assert workspace.review().breaking == (Surface.C_ABI,)


def test_what_a_text_cannot_judge_is_touched(workspace: Workspace) -> None:
    workspace.edit("src/lib.rs", "{ 1 }", "{ 2 }")
    workspace.edit("docs/formats.md", "formats", "formats, said better")
    workspace.commit()
    found = workspace.review("0.6.1")
    assert found.classification == "patch-compatible"
    assert set(found.touched) == {Surface.RUST, Surface.FORMATS, Surface.DOCS}


def test_an_addition_is_patch_compatible(workspace: Workspace) -> None:
    workspace.edit("src/lib.rs", "pub fn one", "pub fn two() {}\npub fn one")
    workspace.commit()
    found = workspace.review("0.6.1")
    assert (found.classification, found.touched) == ("patch-compatible", (Surface.RUST,))


def test_the_dated_section_of_the_version_counts_after_the_bump(workspace: Workspace) -> None:
    workspace.edit("src/lib.rs", "-> u32", "-> u64")
    text = NOTE.format("Rust").replace(
        "[Unreleased]\n", "[Unreleased]\n\n## [0.7.0] - 2026-12-01\n"
    )
    workspace.write("CHANGELOG.md", text)
    workspace.commit()
    assert workspace.review("0.7.0").breaking == (Surface.RUST,)


def test_without_a_release_tag_a_base_is_asked_for(workspace: Workspace) -> None:
    git(workspace.root, "tag", "-d", f"v{BASE}")
    workspace.commit()
    with pytest.raises(UsageError, match="--base"):
        workspace.review()
    assert workspace.review(base="HEAD~1").base == "HEAD~1"
    with pytest.raises(UsageError, match="no revision"):
        workspace.review(base="nowhere")


def test_the_last_tag_below_head_is_the_base(workspace: Workspace) -> None:
    workspace.commit()
    git(workspace.root, "tag", "v0.10.0")
    workspace.commit()
    git(workspace.root, "tag", "v0.9.0")
    git(workspace.root, "tag", "v0.11.0-rc1")
    assert workspace.review().base == "v0.10.0"


@pytest.mark.parametrize(
    ("code", "said", "compatible"),
    [
        (0, "Checked [   0.1s] 202 checks: 202 pass\nSummary no semver update required", True),
        (100, "Summary semver requires new major version: 1 major", False),
        (1, "error: failed to reach the registry", None),
    ],
)
def test_the_semver_check_is_a_verdict_only_when_it_says_so(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    said: str,
    compatible: bool | None,
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    asked = []

    def run(argv: tuple[str, ...], **_: object) -> Completed:
        asked.append(" ".join(argv))
        return Completed((), code, "", said, 0.0)

    monkeypatch.setattr("tools.ops.semver_checks.run", run)
    monkeypatch.setattr(CratesIo, "newest", lambda *_: PUBLISHED)
    workspace.note("Rust")
    workspace.commit()
    context = Context(
        workspace.root, workspace.declaration, Version.parse(BASE), "0" * 40, workspace.http, env={}
    )
    found = review(replace(context, env={}))
    assert [check.compatible for check in found.semver] == [compatible, compatible]
    assert (Surface.RUST in found.breaking) is (compatible is False)
    assert all("--baseline-version 0.5.0 --release-type minor" in argv for argv in asked)
    assert all("--baseline-features serde" in argv for argv in asked)
    assert not any(name in argv for argv in asked for name in ("experimental", "test-utils"))


def test_a_registry_that_does_not_answer_is_recorded(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise Transient("no answer", found="no route to index.crates.io")

    monkeypatch.setattr(CratesIo, "newest", silent)
    (ordvec, _) = semver_of(workspace)
    assert ordvec.compatible is None
    assert "no route to index.crates.io" in ordvec.detail


def test_a_crate_that_was_never_published_is_recorded(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CratesIo, "newest", lambda *_: None)
    (ordvec, _) = semver_of(workspace)
    assert (ordvec.compatible, ordvec.detail) == (None, f"crates.io has no release up to {BASE}")


def test_a_missing_program_is_recorded(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(CratesIo, "newest", lambda *_: PUBLISHED)
    assert all("cargo install" in check.detail for check in semver_of(workspace))


def semver_of(workspace: Workspace) -> tuple[SemverCheck, ...]:
    """The SemVer checks of a review with nothing else to say."""
    workspace.commit()
    version = Version.parse(BASE)
    return review(
        Context(workspace.root, workspace.declaration, version, "0" * 40, workspace.http, env={})
    ).semver

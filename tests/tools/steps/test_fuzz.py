"""The fuzz verb: what it runs, what it needs, and what it makes of libFuzzer's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.declaration import ROOT
from tools.errors import UsageError
from tools.ops import nightly
from tools.ops.proc import Completed
from tools.steps import fuzz

STATISTICS = "stat::number_of_executed_units: 4321\nstat::peak_rss_mb:              80\n"
FINDING = """
thread '<unnamed>' panicked at src/memory.rs:70:5:
held 70000 bytes of memory, at most 40000 are allowed
SUMMARY: libFuzzer: deadly signal
artifact_prefix='fuzz/artifacts/probe/'; Test unit written to fuzz/artifacts/probe/crash-0a1b
"""


def done(code: int, stderr: str) -> Completed:
    return Completed(("cargo",), code, "", stderr, 1.0)


def says(monkeypatch: pytest.MonkeyPatch, **answers: list[str]) -> None:
    """Let the program named by each keyword answer its lines."""
    monkeypatch.setattr(nightly, "lines", lambda *command: answers[command[0]])


def test_every_binary_has_its_law() -> None:
    declared = fuzz.declared(ROOT / "fuzz/Cargo.toml")
    library = (ROOT / "fuzz/src/lib.rs").read_text()
    assert sorted(declared) == sorted(re.findall(r'^    \("(\w+)",', library, re.M))
    files = {path.stem for path in (ROOT / "fuzz/fuzz_targets").glob("*.rs")}
    assert set(declared) == files


def test_all_targets_run_unless_some_are_named() -> None:
    assert fuzz.chosen(["a", "b"], None) == ("a", "b")
    assert fuzz.chosen(["a", "b"], ["b"]) == ("b",)


def test_unknown_target_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UsageError, match="expected: a, b"):
        fuzz.chosen(["a", "b"], ["c"])


def test_missing_nightly_names_both_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, rustup=["stable-x86_64-unknown-linux-gnu (default)"], cargo=[])
    with pytest.raises(UsageError) as caught:
        fuzz.present()
    remedy = caught.value.remedy or ""
    assert f"rustup toolchain install {fuzz.NIGHTLY}" in remedy
    assert f"cargo install cargo-fuzz --locked --version {fuzz.CARGO_FUZZ}" in remedy


def test_missing_cargo_fuzz_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, rustup=["nightly-x86_64-unknown-linux-gnu"], cargo=[])
    with pytest.raises(UsageError, match="needs cargo-fuzz"):
        fuzz.present()


@pytest.mark.parametrize(
    ("listed", "used"),
    [
        (["nightly-x86_64-unknown-linux-gnu (active)"], "nightly"),
        (["nightly-aarch64-apple-darwin", f"{fuzz.NIGHTLY}-aarch64-apple-darwin"], fuzz.NIGHTLY),
    ],
)
def test_pinned_nightly_comes_first(
    monkeypatch: pytest.MonkeyPatch, listed: list[str], used: str
) -> None:
    says(monkeypatch, rustup=listed, cargo=["cargo-fuzz 0.13.1"])
    assert fuzz.present() == used


def test_nightly_of_another_date_is_not_nightly(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, rustup=["nightly-2020-01-01-x86_64-unknown-linux-gnu"], cargo=["x 1"])
    with pytest.raises(UsageError):
        fuzz.present()


def test_quiet_turn_counts_its_executions(tmp_path: Path) -> None:
    (tmp_path / "corpus/probe").mkdir(parents=True)
    (tmp_path / "corpus/probe/seed-000").write_bytes(b"OVR1")
    found = fuzz.read(tmp_path, "probe", 60, done(0, STATISTICS))
    assert (found.executions, found.corpus, found.finding) == (4321, 1, "")
    assert fuzz.findings([found], "nightly") == ()


def test_finding_is_a_problem_with_the_command_that_repeats_it(tmp_path: Path) -> None:
    found = fuzz.read(tmp_path, "probe", 60, done(77, FINDING + STATISTICS))
    (problem,) = fuzz.findings([found], "nightly")
    assert "src/memory.rs:70:5" in str(problem)
    assert "cargo +nightly fuzz run probe fuzz/artifacts/probe/crash-0a1b" in str(problem)


def test_run_that_fails_without_a_word_is_a_finding(tmp_path: Path) -> None:
    found = fuzz.read(tmp_path, "probe", 60, done(101, "error: no such target"))
    assert "101" in found.finding


def test_run_without_statistics_proves_nothing(tmp_path: Path) -> None:
    assert fuzz.read(tmp_path, "probe", 60, done(0, "")).finding


def test_memory_and_time_of_a_run_are_bounded() -> None:
    names = {limit.split("=")[0] for limit in fuzz.LIMITS}
    assert names == {"-max_len", "-timeout", "-rss_limit_mb", "-malloc_limit_mb"}

"""Each invariant, against worlds in which just that one is broken."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tools.rehearsal import faults, invariants
from tools.rehearsal.evidence import CRATES, PYPI, Artifact, Evidence, Leak, Served
from tools.rehearsal.workflow.document import Job
from tools.rehearsal.workflow.records import InstanceRecord, JobRecord, StepRecord
from tools.rehearsal.world.github import Event
from tools.rehearsal.world.journal import Entry
from tools.rehearsal.world.trusted import TokenRecord, Use
from tools.rehearsal.world.uploads import Outcome, Upload

T0 = datetime(2030, 1, 1, tzinfo=UTC)
CRATE, WHEEL = "ordvec-1.0.0.crate", "ordvec-1.0.0-cp310-abi3-linux_x86_64.whl"
SHA = {CRATE: "c" * 64, WHEEL: "d" * 64}


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def stamp(seconds: float) -> float:
    return at(seconds).timestamp()


def instance(job: str, start: float, end: float, **more: object) -> InstanceRecord:
    record = InstanceRecord(
        job=job, label=job, attempt=1, result="success", started=stamp(start), ended=stamp(end)
    )
    for key, value in more.items():
        setattr(record, key, value)
    return record


def upload(file: str, when: float, label: str, token: int) -> Upload:
    return Upload(
        at(when), label, "ordvec", "1.0.0", file, SHA[file], 9, Outcome.STORED, token=token
    )


def get(host: str, path: str, when: float, label: str) -> Entry:
    return Entry("request", stamp(when), label, host, "GET", path, status=200)


@pytest.fixture
def good(tmp_path: Path) -> Evidence:
    """A release of one crate and one wheel in which everything is as it must be."""
    log = tmp_path / "publish-crate.log"
    log.write_text(f"{at(20).isoformat()} re-packaged ordvec: sha256:{SHA[CRATE]}\n")
    verify = StepRecord(
        "v",
        command="invoke release.verify-attestations --lane core",
        outcome="success",
        conclusion="success",
        started=stamp(10),
        ended=stamp(12),
    )
    publish_crate = instance("publish-crate", 18, 30, environment="crates-io", log=log)
    publish_pypi = instance("publish-pypi", 31, 40, environment="pypi", log=log)
    staged = [
        Event("asset.uploaded", name, at(14), "stage", f"sha256:{sha}")
        for name, sha in {
            **SHA,
            "ordvec-1.0.0.sigstore.json": "e" * 64,
            "ordvec-1.0.0.intoto.jsonl": "f" * 64,
        }.items()
    ]
    return Evidence(
        version="1.0.0",
        public=True,
        jobs={
            "build": Job("build"),
            "stage": Job("stage", needs=("build",)),
            "publish-crate": Job("publish-crate", needs=("stage",)),
            "publish-pypi": Job("publish-pypi", needs=("publish-crate",)),
        },
        records={"build": JobRecord("build", "success")},
        history=[
            instance("build", 0, 8, uploaded=["crates", "wheel-ordvec-linux"]),
            instance("stage", 9, 15, steps=[verify], downloaded=["crates"]),
            publish_crate,
            publish_pypi,
        ],
        lanes=dict.fromkeys(SHA, "core"),
        uploads=[
            (CRATES, upload(CRATE, 22, "publish-crate", 0)),
            (PYPI, upload(WHEEL, 35, "publish-pypi", 0)),
        ],
        tokens=[
            (
                CRATES,
                TokenRecord(
                    0,
                    "publish-crate",
                    ("ordvec",),
                    at(21),
                    at(21 + 1800),
                    {},
                    revoked_at=at(23),
                    uses=(Use(at(22), "publish-crate", "publish", True),),
                ),
            ),
            (
                PYPI,
                TokenRecord(
                    0,
                    "publish-pypi",
                    ("ordvec",),
                    at(34),
                    at(34 + 900),
                    {},
                    uses=(Use(at(35), "publish-pypi", "upload", True),),
                ),
            ),
        ],
        events=[*staged, Event("release.published", "1", at(60), "undraft", "v1.0.0")],
        journal=[
            get("index.crates.io", "/or/dv/ordvec", 19, "publish-crate"),
            get("crates.io", "/api/v1/crates/ordvec/1.0.0", 24, "publish-crate"),
            get("crates.io", "/api/v1/crates/ordvec/1.0.0/download", 24, "publish-crate"),
            get("static.crates.io", f"/crates/ordvec/{CRATE}", 24, "publish-crate"),
            get("index.crates.io", "/or/dv/ordvec", 24, "publish-crate"),
            get("pypi.org", "/pypi/ordvec/1.0.0/json", 33, "publish-pypi"),
            get("pypi.org", "/pypi/ordvec/1.0.0/json", 37, "publish-pypi"),
            get("pypi.org", "/simple/ordvec/", 37, "publish-pypi"),
            get("files.pythonhosted.org", f"/packages/aa/{WHEEL}", 38, "publish-pypi"),
        ],
        artifacts=[
            Artifact("crates", "build", 1, {CRATE: SHA[CRATE]}),
            Artifact("wheel-ordvec-linux", "build", 1, {WHEEL: SHA[WHEEL]}),
        ],
        subjects={"core": {**SHA, "release-record.json": "a" * 64}},
        served=[
            Served(file, surface, sha)
            for file, sha in SHA.items()
            for surface in ("registry", "GitHub Release")
        ],
    )


def violated(evidence: Evidence) -> list[str]:
    return [v.name for v in invariants.check(evidence, (1, [])) if not v.holds]


def test_nothing_is_violated_when_everything_is_in_order(good: Evidence) -> None:
    assert violated(good) == []


def drop_event(name: str) -> Callable[[Evidence], None]:
    def change(e: Evidence) -> None:
        e.events = [event for event in e.events if event.subject != name]

    return change


def drop_read(host: str, path: str = "") -> Callable[[Evidence], None]:
    def change(e: Evidence) -> None:
        e.journal = [
            entry
            for entry in e.journal
            if entry.host != host or path not in entry.path or entry.at < stamp(23)
        ]

    return change


def token(index: int, **changes: object) -> Callable[[Evidence], None]:
    def change(e: Evidence) -> None:
        tokens = list(e.tokens)
        where, record = tokens[index]
        tokens[index] = (where, dataclasses.replace(record, **changes))  # type: ignore[arg-type]
        e.tokens = tokens

    return change


def skip_verification(e: Evidence) -> None:
    e.history[1].steps[0].conclusion = "skipped"


def upload_before_staging(e: Evidence) -> None:
    where, first = e.uploads[0]
    e.uploads = [(where, dataclasses.replace(first, at=at(13))), *e.uploads[1:]]


def stage_other_bytes(e: Evidence) -> None:
    e.events = [
        dataclasses.replace(x, detail="sha256:" + "0" * 64) if x.subject == CRATE else x
        for x in e.events
    ]


def undraft_before_readback(e: Evidence) -> None:
    e.events = [
        dataclasses.replace(x, time=at(23)) if x.action == "release.published" else x
        for x in e.events
    ]


def undraft_twice(e: Evidence) -> None:
    e.events = [*e.events, Event("release.published", "2", at(70), "x", "v1.0.0")]


def forget_subject(e: Evidence) -> None:
    e.subjects = {"core": {k: v for k, v in e.subjects["core"].items() if k != CRATE}}


def mint_before_identity(e: Evidence) -> None:
    log = e.history[2].log
    assert log is not None
    log.write_text(f"{at(26).isoformat()} re-packaged ordvec: sha256:{SHA[CRATE]}\n")


def identity_of_other_bytes(e: Evidence) -> None:
    log = e.history[2].log
    assert log is not None
    log.write_text(f"{at(20).isoformat()} re-packaged ordvec: sha256:{'0' * 64}\n")


def mint_without_asking(e: Evidence) -> None:
    e.journal = [x for x in e.journal if x.at > stamp(23)]


def mint_outside_an_environment(e: Evidence) -> None:
    e.history[2].environment = ""


def upload_again(e: Evidence) -> None:
    again = dataclasses.replace(upload(WHEEL, 50, "publish-pypi", 0), outcome=Outcome.REPEATED)
    e.uploads = [*e.uploads, (PYPI, again)]


def serve_other_bytes(e: Evidence) -> None:
    e.served = [*e.served[1:], Served(CRATE, "registry", "0" * 64)]


def not_on_the_release(e: Evidence) -> None:
    e.served = [s for s in e.served if s.surface != "GitHub Release"]


def unreadable_surface(e: Evidence) -> None:
    e.served = [*e.served, Served(CRATE, "static", "", "status 404")]


def claim_foreign_bytes(e: Evidence) -> None:
    e.subjects = {"core": {**e.subjects["core"], "other.whl": "9" * 64}}


def download_from_a_later_job(e: Evidence) -> None:
    e.history[0].downloaded = ["canonical"]
    e.artifacts = [*e.artifacts, Artifact("canonical", "publish-crate", 1, {})]


def download_from_nobody(e: Evidence) -> None:
    e.history[3].downloaded = ["nothing"]


def leak(e: Evidence) -> None:
    e.leaks = [Leak("a registry token", "logs/publish.log")]


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (drop_event(CRATE), "I1"),
        (drop_event("ordvec-1.0.0.sigstore.json"), "I1"),
        (drop_event("ordvec-1.0.0.intoto.jsonl"), "I1"),
        (skip_verification, "I1"),
        (upload_before_staging, "I1"),
        (stage_other_bytes, "I1"),
        (undraft_before_readback, "I1"),
        (undraft_twice, "I1"),
        (forget_subject, "I1"),
        (drop_read("static.crates.io"), "I1"),
        (drop_read("index.crates.io"), "I1"),
        (drop_read("crates.io", "/download"), "I1"),
        (drop_read("pypi.org", "/simple/"), "I1"),
        (drop_read("files.pythonhosted.org"), "I1"),
        (token(0, revoked_at=None), "I2"),
        (token(0, revoked_at=at(31)), "I2"),
        (token(1, expires_at=at(34 + 3600)), "I2"),
        (token(0, uses=(Use(at(22), "build", "publish", True),)), "I2"),
        (token(1, uses=(Use(at(45), "publish-pypi", "upload", True),)), "I2"),
        (token(0, label="build"), "I2"),
        (mint_before_identity, "I2"),
        (identity_of_other_bytes, "I2"),
        (mint_without_asking, "I2"),
        (mint_outside_an_environment, "I2"),
        (leak, "I2"),
        (upload_again, "I3"),
        (serve_other_bytes, "I5"),
        (not_on_the_release, "I5"),
        (unreadable_surface, "I5"),
        (claim_foreign_bytes, "I6"),
        (download_from_a_later_job, "I7"),
        (download_from_nobody, "I7"),
    ],
)
def test_a_broken_world_is_caught(
    good: Evidence, change: Callable[[Evidence], None], broken: str
) -> None:
    change(good)
    assert broken in violated(good)


def outcome(name: str, first: InstanceRecord | None, *, early: bool, end: bool) -> bool:
    fault = faults.named(name) if name else None
    _, problems = invariants.completes_or_says_why(fault, first, complete_first=early, complete=end)
    return not problems


def failed(job: str, code: int | None, message: str) -> InstanceRecord:
    step = StepRecord("s", conclusion="failure", exit_code=code)
    return instance(job, 0, 1, result="failure", message=message, steps=[step])


def test_i4_accepts_what_each_fault_declares() -> None:
    assert outcome("", None, early=True, end=True)
    for fault in faults.FAULTS:
        first = failed(fault.first, fault.exit_code, fault.says) if fault.first else None
        assert outcome(fault.name, first, early=not fault.first, end=fault.completes)


@pytest.mark.parametrize("name", [fault.name for fault in faults.FAULTS])
def test_i4_refuses_the_opposite_outcome(name: str) -> None:
    fault = faults.named(name)
    first = failed(fault.first, fault.exit_code, fault.says) if fault.first else None
    assert not outcome(name, first, early=not fault.first, end=not fault.completes)


def test_i4_refuses_another_job_exit_code_or_a_silent_stop() -> None:
    name = "ci-run-cancelled"
    assert not outcome(name, failed("guard", 10, "cancelled"), early=False, end=True)
    assert not outcome(name, failed("require-ci-green", 1, "cancelled"), early=False, end=True)
    assert not outcome(name, failed("require-ci-green", 10, ""), early=False, end=True)
    assert not outcome(name, None, early=True, end=True)
    assert not outcome("", None, early=False, end=False)

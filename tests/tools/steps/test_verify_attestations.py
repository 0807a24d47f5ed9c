"""Attestations that must not pass, each named after its defect. Signed by the real client."""

from __future__ import annotations

import json

import pytest

from tests.tools.steps.scene import Scene
from tools.checks.attestations import build_signer
from tools.errors import Mismatch, Transient, UsageError
from tools.ops.sigstore import parse_statement
from tools.rehearsal.signing import PROVENANCE_V1, STATEMENT_V1, sign_statement
from tools.rehearsal.world.oidc import JobIdentity
from tools.steps import bundle, subjects, verify_attestations


@pytest.fixture
def attested(scene: Scene) -> Scene:
    """A core lane that verifies; each test then breaks one thing."""
    scene.prepared()
    verify_attestations.verify_attestations(scene.job(), "core")
    return scene


def digests(scene: Scene) -> dict[str, str]:
    return {n: d.hex for n, d in subjects.subjects(scene.job(), "core").items()}


def replace_bundle(scene: Scene, text: str) -> None:
    name = scene.job().files.bundle("core")
    scene.write(f"dist/attested/core/{name}", text.encode())


def refused(scene: Scene, reason: str) -> None:
    with pytest.raises(Mismatch) as caught:
        verify_attestations.verify_attestations(scene.job(), "core")
    assert caught.value.exit_code == 30
    assert reason in str(caught.value)


def identity(scene: Scene, **changes: str) -> JobIdentity:
    ours = scene.identity()
    values = {
        "repository": ours.repository,
        "ref": ours.ref,
        "sha": ours.sha,
        "workflow_path": ours.workflow_path,
        **changes,
    }
    return JobIdentity(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"workflow_path": ".github/workflows/ci.yml"}, "Certificate's SANs do not match"),
        ({"ref": "refs/tags/v0.6.9"}, "v0.6.9"),
        ({"ref": "refs/heads/main"}, "refs/heads/main"),
        ({"sha": "e" * 40}, "e" * 40),
        ({"repository": "somebody/ordvec"}, "somebody/ordvec"),
    ],
    ids=["wrong signer workflow", "wrong tag", "a branch", "wrong commit", "wrong repository"],
)
def test_another_identity_is_refused(attested: Scene, changes: dict[str, str], reason: str) -> None:
    signed = attested.sign_only(digests(attested), identity(attested, **changes))
    replace_bundle(attested, signed)
    refused(attested, reason)


def test_an_extra_subject_is_refused(attested: Scene) -> None:
    replace_bundle(attested, attested.sign_build({**digests(attested), "x.whl": "a" * 64}))
    refused(attested, "x.whl: expected no such subject")


def test_a_missing_subject_is_refused(attested: Scene) -> None:
    fewer = digests(attested)
    name, _ = fewer.popitem()
    replace_bundle(attested, attested.sign_build(fewer))
    refused(attested, f"{name}: expected a subject")


def test_a_subject_of_other_bytes_is_refused(attested: Scene) -> None:
    changed = digests(attested)
    changed["release-record.json"] = "f" * 64
    replace_bundle(attested, attested.sign_build(changed))
    refused(attested, "f" * 64)


def test_a_subject_under_another_name_is_refused(attested: Scene) -> None:
    chosen = digests(attested)
    chosen["ordvec.crate"] = chosen.pop("ordvec-0.7.0.crate")
    replace_bundle(attested, attested.sign_build(chosen))
    refused(attested, "ordvec-0.7.0.crate: expected a subject")


def test_another_predicate_is_refused(attested: Scene) -> None:
    listed = [{"name": n, "digest": {"sha256": d}} for n, d in digests(attested).items()]
    text = sign_statement(
        {
            "_type": STATEMENT_V1,
            "subject": listed,
            "predicateType": "https://spdx.dev/Document",
            "predicate": {},
        },
        {**attested.environment(), **attested.oidc(attested.identity())},
        attested.setting.sigstore.client_trust_config(),
    )
    replace_bundle(attested, text)
    refused(attested, "predicate type: expected https://slsa.dev/provenance/v1")


def test_the_bundle_of_another_file_is_refused(attested: Scene) -> None:
    replace_bundle(attested, attested.sign_build({"other.crate": "b" * 64}))
    refused(attested, "other.crate")


def test_a_changed_signature_is_refused(attested: Scene) -> None:
    path = attested.root / "dist/attested/core" / attested.job().files.bundle("core")
    value = json.loads(path.read_text())
    signature = value["dsseEnvelope"]["signatures"][0]["sig"]
    value["dsseEnvelope"]["signatures"][0]["sig"] = signature[:20] + "AAAA" + signature[24:]
    path.write_text(json.dumps(value))
    refused(attested, "invalid")


def test_an_unlogged_bundle_is_refused(attested: Scene) -> None:
    path = attested.root / "dist/attested/core" / attested.job().files.bundle("core")
    value = json.loads(path.read_text())
    value["verificationMaterial"]["tlogEntries"] = []
    path.write_text(json.dumps(value))
    refused(attested, "core")


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json", '{"a": 1}\n{"b": 2}'])
def test_what_is_no_bundle_is_refused(attested: Scene, text: str) -> None:
    replace_bundle(attested, text)
    refused(attested, "ordvec-0.7.0.sigstore.json")


def test_provenance_signed_by_our_own_workflow_is_refused(attested: Scene) -> None:
    signed = attested.sign_build(digests(attested))
    attested.place_provenance("core", {}, signed)
    refused(attested, "generator_generic_slsa3.yml@refs/tags/v2.1.0")


def test_provenance_of_another_builder_tag_is_refused(attested: Scene) -> None:
    builder = attested.declaration.provenance.slsa_builder
    text = attested.sign_slsa(digests(attested), f"{builder}@refs/tags/v2.0.0")
    attested.place_provenance("core", {}, text)
    refused(attested, "v2.0.0")


def test_provenance_of_another_commit_is_refused(attested: Scene) -> None:
    attested.place_provenance("core", {}, attested.sign_slsa(digests(attested), commit="e" * 40))
    refused(attested, "e" * 40)


def test_a_missing_provenance_is_a_wrong_call(attested: Scene) -> None:
    (attested.root / "dist/attested/core" / attested.job().files.provenance("core")).unlink()
    with pytest.raises(UsageError, match="intoto"):
        verify_attestations.verify_attestations(attested.job(), "core")


def test_an_unknown_evidence_file_is_refused(attested: Scene) -> None:
    attested.write("dist/attested/core/surprise.json", b"{}")
    refused(attested, "surprise.json")


def test_a_store_without_the_attestation_is_refused(attested: Scene) -> None:
    attested.setting.github.state.attestations.clear()
    with pytest.raises(Transient, match="attestation store"):
        verify_attestations.verify_attestations(attested.job(), "core")


def test_a_store_with_anothers_attestation_only_is_refused(attested: Scene) -> None:
    attested.setting.github.state.attestations.clear()
    other = identity(attested, workflow_path=".github/workflows/ci.yml")
    attested.sign_build(digests(attested), identity=other)
    refused(attested, "no valid attestation")


def test_the_bundle_step_places_nothing_that_does_not_verify(attested: Scene) -> None:
    name = attested.job().files.bundle("core")
    before = (attested.root / "dist/attested/core" / name).read_bytes()
    path = attested.write("tmp/other.json", attested.sign_build({"x": "c" * 64}).encode())
    with pytest.raises(Mismatch):
        bundle.bundle(attested.job(), "core", str(path))
    assert (attested.root / "dist/attested/core" / name).read_bytes() == before


@pytest.mark.parametrize(
    "subject",
    [
        [
            {"name": "a", "digest": {"sha256": "a" * 64}},
            {"name": "a", "digest": {"sha256": "b" * 64}},
        ],
        [{"name": "a", "digest": {"sha512": "a" * 128}}],
        [{"name": "a", "digest": {"sha256": "A" * 64}}],
        [{"name": None, "digest": {"sha256": "a" * 64}}],
        [{"digest": {"sha256": "a" * 64}}],
    ],
    ids=["named twice", "no sha256", "upper case", "null name", "no name"],
)
def test_a_defective_statement_is_refused(subject: list[object]) -> None:
    statement = {"_type": STATEMENT_V1, "predicateType": PROVENANCE_V1, "subject": subject}
    with pytest.raises((ValueError, KeyError, TypeError)):
        parse_statement(statement)


def test_the_signer_pins_workflow_tag_and_commit(scene: Scene) -> None:
    signer = build_signer(scene.declaration, scene.job().version, "a" * 40)
    assert signer.identity == (
        "https://github.com/Fieldnote-Echo/ordvec/.github/workflows/release.yml@refs/tags/v0.7.0"
    )
    assert (signer.ref, signer.commit) == ("refs/tags/v0.7.0", "a" * 40)

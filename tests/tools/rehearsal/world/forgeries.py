"""Sigstore bundles made by hand, good or with one defect: what verification must tell apart.

The good bundle is built of the stand-in's own parts, without HTTP, so that each part can be
wrong alone. ``DEFECTS`` maps a defect's name to the function that makes it.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tools.rehearsal.world.oidc import ISSUER, Issuer, JobIdentity
from tools.rehearsal.world.sigstore import Sigstore
from tools.rehearsal.world.sigstore import certificate as profile
from tools.rehearsal.world.sigstore.entries import pae
from tools.rehearsal.world.sigstore.keys import Keys

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE = "https://slsa.dev/provenance/v1"
FILES = {"ordvec-0.6.1.crate": b"crate", "ordvec-0.6.1.tar.gz": b"sdist"}


def subjects(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in digests.items()]


def statement(files: Mapping[str, bytes] = FILES, predicate: str = PREDICATE) -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects(files),
        "predicateType": predicate,
        "predicate": {},
    }


@dataclass
class Forger:
    """Makes bundles of one Sigstore; *now* is the time that it pretends."""

    job: JobIdentity
    now: datetime

    def __post_init__(self) -> None:
        self.sigstore = Sigstore(Issuer(), clock=lambda: self.now)

    def bundle(
        self,
        content: Mapping[str, Any] | None = None,
        *,
        job: JobIdentity | None = None,
        issued: datetime | None = None,
        keys: Keys | None = None,
        payload_type: str = PAYLOAD_TYPE,
    ) -> dict[str, Any]:
        """A bundle over a statement, by a job, with a certificate *issued* at some time."""
        key = ec.generate_private_key(ec.SECP256R1())
        claims = {**(job or self.job).claims(), "iss": ISSUER}
        leaf = profile.issue(
            keys or self.sigstore.keys, key.public_key(), claims, issued or self.now
        )
        payload = json.dumps(content or statement()).encode()
        signature = key.sign(pae(payload_type, payload), ec.ECDSA(hashes.SHA256()))
        envelope = {
            "payload": b64(payload),
            "payloadType": payload_type,
            "signatures": [{"sig": b64(signature)}],
        }
        return {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": {"rawBytes": b64(leaf.public_bytes(Encoding.DER))},
                "tlogEntries": [self.logged(envelope, leaf)],
            },
            "dsseEnvelope": envelope,
        }

    def logged(self, envelope: Mapping[str, Any], leaf: x509.Certificate) -> dict[str, Any]:
        """The bundle's form of the log entry of an envelope."""
        verifier = b64(leaf.public_bytes(Encoding.PEM))
        content = {"envelope": json.dumps(envelope), "verifiers": [verifier]}
        rekor = self.sigstore.rekor
        entry = {"apiVersion": "0.0.1", "kind": "dsse", "spec": {"proposedContent": content}}
        ((_, answer),) = rekor._answer(rekor.append(entry)).items()
        proof = answer["verification"]["inclusionProof"]
        return {
            "logIndex": str(answer["logIndex"]),
            "logId": {"keyId": b64(bytes.fromhex(answer["logID"]))},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(answer["integratedTime"]),
            "inclusionPromise": {
                "signedEntryTimestamp": answer["verification"]["signedEntryTimestamp"]
            },
            "inclusionProof": {
                "logIndex": str(proof["logIndex"]),
                "rootHash": b64(bytes.fromhex(proof["rootHash"])),
                "treeSize": str(proof["treeSize"]),
                "hashes": [b64(bytes.fromhex(sibling)) for sibling in proof["hashes"]],
                "checkpoint": {"envelope": proof["checkpoint"]},
            },
            "canonicalizedBody": answer["body"],
        }


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def forger(job: JobIdentity) -> Forger:
    made = Forger(job, datetime.now(UTC))
    made.bundle(statement({"earlier": b"entry"}))  # so that proofs have a sibling
    return made


# ---------------------------------------------------------------------- signed by somebody else

Defect = Callable[[Forger], dict[str, Any]]


def wrong_signer_workflow(forger: Forger) -> dict[str, Any]:
    """Another workflow of the same repository, tag and commit."""
    other = dataclasses.replace(forger.job, workflow_path=".github/workflows/other.yml")
    return forger.bundle(job=other)


def wrong_reusable_workflow(forger: Forger) -> dict[str, Any]:
    """Our workflow called somebody's reusable workflow, which signed."""
    other = "somebody/else/.github/workflows/release.yml@refs/tags/v0.6.1"
    return forger.bundle(job=dataclasses.replace(forger.job, job_workflow_ref=other))


def borrowed_signer_workflow(forger: Forger) -> dict[str, Any]:
    """Somebody's repository called our workflow as a reusable one: right signer, wrong source."""
    thief = dataclasses.replace(
        forger.job, repository="somebody/else", job_workflow_ref=forger.job.workflow_ref
    )
    return forger.bundle(job=thief)


def wrong_tag(forger: Forger) -> dict[str, Any]:
    return forger.bundle(job=dataclasses.replace(forger.job, ref="refs/tags/v0.6.0"))


def branch_instead_of_tag(forger: Forger) -> dict[str, Any]:
    return forger.bundle(job=dataclasses.replace(forger.job, ref="refs/heads/main"))


def wrong_commit(forger: Forger) -> dict[str, Any]:
    return forger.bundle(job=dataclasses.replace(forger.job, sha="f" * 40))


def wrong_repository(forger: Forger) -> dict[str, Any]:
    return forger.bundle(job=dataclasses.replace(forger.job, repository="somebody/ordvec"))


def certificate_of_another_authority(forger: Forger) -> dict[str, Any]:
    return forger.bundle(keys=Keys.generate())


# ---------------------------------------------------------------------- not signed as it must be


def expired_certificate(forger: Forger) -> dict[str, Any]:
    """Signed and logged after the ten minutes of the certificate."""
    return forger.bundle(issued=forger.now - timedelta(minutes=11))


def certificate_not_yet_valid(forger: Forger) -> dict[str, Any]:
    return forger.bundle(issued=forger.now + timedelta(minutes=1))


def certificate_outside_the_ct_log(forger: Forger) -> dict[str, Any]:
    """An SCT by a key that is no CT log's."""
    other = dataclasses.replace(
        forger.sigstore.keys, ct_log=ec.generate_private_key(ec.SECP256R1())
    )
    return forger.bundle(keys=other)


def unlogged_signature(forger: Forger) -> dict[str, Any]:
    made = forger.bundle()
    made["verificationMaterial"]["tlogEntries"] = []
    return made


def logged_elsewhere(forger: Forger) -> dict[str, Any]:
    """A log entry of a transparency log that nobody trusts."""
    other = Forger(forger.job, forger.now)
    return other.bundle(keys=forger.sigstore.keys)


def log_entry_of_another_bundle(forger: Forger) -> dict[str, Any]:
    made, other = forger.bundle(), forger.bundle(statement({"other": b"x"}))
    material = made["verificationMaterial"]
    material["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]
    return made


def backdated_log_entry(forger: Forger) -> dict[str, Any]:
    """The integration time changed after the log signed it."""
    made = forger.bundle()
    (entry,) = made["verificationMaterial"]["tlogEntries"]
    entry["integratedTime"] = str(int(entry["integratedTime"]) + 1)
    return made


def broken_inclusion_proof(forger: Forger) -> dict[str, Any]:
    made = forger.bundle()
    (entry,) = made["verificationMaterial"]["tlogEntries"]
    entry["inclusionProof"]["hashes"][0] = b64(b"\0" * 32)
    return made


def payload_changed_after_signing(forger: Forger) -> dict[str, Any]:
    made = forger.bundle()
    forged = statement({name: content + b"!" for name, content in FILES.items()})
    made["dsseEnvelope"]["payload"] = b64(json.dumps(forged).encode())
    return made


def wrong_payload_type(forger: Forger) -> dict[str, Any]:
    return forger.bundle(payload_type="application/json")


def no_bundle(forger: Forger) -> dict[str, Any]:
    return {}


def statement_without_subjects_field(forger: Forger) -> dict[str, Any]:
    content = statement()
    del content["subject"]
    return forger.bundle(content)


# ---------------------------------------------------------------------- well signed, but not this


def wrong_predicate(forger: Forger) -> dict[str, Any]:
    return forger.bundle(statement(predicate="https://spdx.dev/Document"))


def wrong_subject_name(forger: Forger) -> dict[str, Any]:
    renamed = {name.replace("0.6.1", "0.6.2"): content for name, content in FILES.items()}
    return forger.bundle(statement(renamed))


def extra_subject(forger: Forger) -> dict[str, Any]:
    return forger.bundle(statement({**FILES, "extra.whl": b"x"}))


def missing_subject(forger: Forger) -> dict[str, Any]:
    return forger.bundle(statement(dict(list(FILES.items())[:1])))


def bundle_of_another_file(forger: Forger) -> dict[str, Any]:
    return forger.bundle(statement({name: content + b"!" for name, content in FILES.items()}))


UNVERIFIABLE: tuple[Defect, ...] = (
    wrong_signer_workflow,
    wrong_reusable_workflow,
    borrowed_signer_workflow,
    wrong_tag,
    branch_instead_of_tag,
    wrong_commit,
    wrong_repository,
    certificate_of_another_authority,
    expired_certificate,
    certificate_not_yet_valid,
    certificate_outside_the_ct_log,
    unlogged_signature,
    logged_elsewhere,
    log_entry_of_another_bundle,
    backdated_log_entry,
    broken_inclusion_proof,
    payload_changed_after_signing,
    wrong_payload_type,
    no_bundle,
    statement_without_subjects_field,
)
OF_SOMETHING_ELSE: tuple[Defect, ...] = (
    wrong_predicate,
    wrong_subject_name,
    extra_subject,
    missing_subject,
    bundle_of_another_file,
)
DEFECTS: dict[str, Defect] = {
    defect.__name__: defect for defect in (*UNVERIFIABLE, *OF_SOMETHING_ELSE)
}

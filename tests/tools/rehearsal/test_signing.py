"""What the action stand-ins sign: both files verify offline, each for its own signer only."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from sigstore.errors import VerificationError
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

from tools.rehearsal.signing import (
    SigningFailed,
    Subject,
    attest_build_provenance,
    read_checksums,
    slsa_generic_provenance,
)
from tools.rehearsal.world import World
from tools.rehearsal.world.github import GitHub
from tools.rehearsal.world.oidc import ISSUER, Issuer, JobIdentity
from tools.rehearsal.world.sigstore import Sigstore

REPOSITORY = "Fieldnote-Echo/ordvec"
WORKFLOW = ".github/workflows/release.yml"
TAG = "refs/tags/v0.6.1"
SHA = "b" * 40
GENERATOR = (
    "slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml"
    "@refs/tags/v2.1.0"
)
RELEASE = JobIdentity(REPOSITORY, TAG, SHA, WORKFLOW, run_id="42", run_attempt="2")
REUSABLE = JobIdentity(
    REPOSITORY,
    TAG,
    SHA,
    WORKFLOW,
    run_id="42",
    job_workflow_ref=GENERATOR,
    job_workflow_sha="c" * 40,
)
SUBJECTS = tuple(Subject(name, sha256(name.encode()).hexdigest()) for name in ("a.crate", "b.whl"))
LISTING = "".join(f"{subject.sha256}  {subject.name}\n" for subject in SUBJECTS)


@dataclass
class Scene:
    issuer: Issuer
    sigstore: Sigstore
    github: GitHub
    world: World
    folder: Path

    @property
    def trust(self) -> str:
        return self.sigstore.client_trust_config()

    def env(self, job: JobIdentity) -> dict[str, str]:
        return {
            **self.world.environment(self.folder / "client"),
            **self.issuer.job_environment(
                self.world.plain_urls["oidc"], self.issuer.register_job(job.claims())
            ),
        }

    def verified(self, text: str, expected: policy.VerificationPolicy) -> dict[str, Any]:
        path = self.folder / "root.json"
        path.write_text(self.sigstore.trusted_root())
        verifier = Verifier(trusted_root=TrustedRoot.from_file(str(path)))
        kind, payload = verifier.verify_dsse(Bundle.from_json(text), expected)
        assert kind == "application/vnd.in-toto+json"
        statement: dict[str, Any] = json.loads(payload)
        return statement

    def attest(self, permissions: dict[str, str] | None = None, **env: str) -> Any:
        granted = {"attestations": "write"} if permissions is None else permissions
        token = self.github.issue_token(granted, "attest")
        return attest_build_provenance(
            SUBJECTS, {**self.env(RELEASE), **env}, trust_config=self.trust, github_token=token
        )


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("scene")
    subprocess.run(["git", "init", "-q", "--bare", folder / "origin.git"], check=True)
    issuer = Issuer()
    sigstore, github = Sigstore(issuer), GitHub(REPOSITORY, folder / "origin.git")
    hosts = (*issuer.hosts(), *sigstore.hosts(), *github.hosts())
    with World(hosts, folder / "world", plain=[("oidc", issuer.request_app)]) as world:
        yield Scene(issuer, sigstore, github, world, folder)


def signer(identity: str) -> policy.AllOf:
    return policy.AllOf(
        [
            policy.Identity(identity=f"https://github.com/{identity}", issuer=ISSUER),
            policy.OIDCSourceRepositoryURI(f"https://github.com/{REPOSITORY}"),
            policy.OIDCSourceRepositoryRef(TAG),
            policy.OIDCSourceRepositoryDigest(SHA),
            policy.OIDCBuildConfigURI(f"https://github.com/{RELEASE.workflow_ref}"),
        ]
    )


def test_build_provenance_says_what_was_built_from_what(scene: Scene) -> None:
    made = scene.attest()
    statement = scene.verified(made.bundle, signer(RELEASE.workflow_ref))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    assert statement["subject"] == [subject.to_json() for subject in SUBJECTS]
    definition = statement["predicate"]["buildDefinition"]
    assert definition["externalParameters"]["workflow"] == {
        "ref": TAG,
        "repository": f"https://github.com/{REPOSITORY}",
        "path": WORKFLOW,
    }
    assert definition["resolvedDependencies"][0]["digest"] == {"gitCommit": SHA}
    details = statement["predicate"]["runDetails"]
    assert details["builder"]["id"] == f"https://github.com/{RELEASE.workflow_ref}"
    assert details["metadata"]["invocationId"].endswith("/actions/runs/42/attempts/2")


def test_the_bundle_is_one_line_of_version_0_3(scene: Scene) -> None:
    made = scene.attest()
    assert "\n" not in made.bundle
    media_type = json.loads(made.bundle)["mediaType"]
    assert media_type == "application/vnd.dev.sigstore.bundle.v0.3+json"


def test_the_bundle_is_in_the_attestation_store(scene: Scene) -> None:
    made = scene.attest()
    with httpx.Client(proxy=scene.world.proxy_url, verify=False) as client:
        found = client.get(
            f"https://api.github.com/repos/{REPOSITORY}/attestations/sha256:{SUBJECTS[0].sha256}"
        ).json()["attestations"]
    assert json.loads(made.bundle) in [item["bundle"] for item in found]


def test_generic_provenance_is_signed_by_the_generator(scene: Scene) -> None:
    text = slsa_generic_provenance(
        base64.b64encode(LISTING.encode()).decode(), scene.env(REUSABLE), trust_config=scene.trust
    )
    assert "\n" not in text
    statement = scene.verified(text, signer(GENERATOR))
    assert statement["_type"] == "https://in-toto.io/Statement/v0.1"
    assert statement["predicateType"] == "https://slsa.dev/provenance/v0.2"
    assert statement["subject"] == [subject.to_json() for subject in SUBJECTS]
    predicate = statement["predicate"]
    assert predicate["builder"]["id"] == f"https://github.com/{GENERATOR}"
    assert predicate["materials"] == [
        {"uri": f"git+https://github.com/{REPOSITORY}@{TAG}", "digest": {"sha1": SHA}}
    ]
    assert predicate["invocation"]["configSource"]["entryPoint"] == WORKFLOW
    with pytest.raises(VerificationError):
        scene.verified(text, signer(RELEASE.workflow_ref))


def test_jobs_sign_in_parallel(scene: Scene) -> None:
    bundles: list[str] = []
    threads = [
        threading.Thread(target=lambda: bundles.append(scene.attest().bundle)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({*bundles}) == 4
    for bundle in bundles:
        scene.verified(bundle, signer(RELEASE.workflow_ref))


def test_no_permission_to_attest_fails_the_step(scene: Scene) -> None:
    with pytest.raises(SigningFailed, match="403"):
        scene.attest(permissions={"contents": "write"})


def test_no_oidc_permission_fails_the_step(scene: Scene) -> None:
    env = {k: v for k, v in scene.env(RELEASE).items() if not k.startswith("ACTIONS_ID")}
    with pytest.raises(SigningFailed, match="id-token: write"):
        attest_build_provenance(SUBJECTS, env, trust_config=scene.trust, github_token="")


def test_another_ca_fails_the_step(scene: Scene, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "o.git"], check=True)
    other = World(GitHub(REPOSITORY, tmp_path / "o.git").hosts(), tmp_path / "other")
    with pytest.raises(SigningFailed, match="signing failed"):
        scene.attest(SSL_CERT_FILE=str(other.ca_file))


@pytest.mark.parametrize(
    "listing",
    ["", "\n", "nonsense", f"{'a' * 63}  x", f"{'A' * 64}  x", LISTING + LISTING, f"{'a' * 64}  "],
    ids=["empty", "blank", "text", "short", "upper", "twice", "nameless"],
)
def test_a_defective_listing_is_refused(listing: str) -> None:
    with pytest.raises(SigningFailed):
        read_checksums(listing)


def test_a_listing_is_read_in_its_order() -> None:
    assert read_checksums(LISTING) == SUBJECTS
    assert read_checksums(LISTING.replace("  ", " *")) == SUBJECTS


def test_subjects_that_are_not_base64_are_refused(scene: Scene) -> None:
    with pytest.raises(SigningFailed, match="base64"):
        slsa_generic_provenance("%%%", scene.env(REUSABLE), trust_config=scene.trust)

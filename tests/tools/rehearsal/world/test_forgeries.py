"""The product's verification, over the stand-in: the good bundle passes, every forgery fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.rehearsal.world import forgeries
from tests.tools.rehearsal.world.forgeries import FILES, PREDICATE, Defect, Forger
from tools.checks.attestations import build_signer, coverage
from tools.declaration import Declaration
from tools.model import Digest, Problem, parse_version
from tools.ops.sigstore import NotVerified, Signer, Trust
from tools.rehearsal.world.oidc import JobIdentity

SHA = "a" * 40


@pytest.fixture(scope="module")
def expected(declaration: Declaration) -> Signer:
    return build_signer(declaration, parse_version("0.6.1"), SHA)


@pytest.fixture(scope="module")
def forger(declaration: Declaration) -> Forger:
    path = str(declaration.provenance.signer)
    job = JobIdentity(declaration.project.repository, "refs/tags/v0.6.1", SHA, path)
    return forgeries.forger(job)


@pytest.fixture(scope="module")
def trust(forger: Forger, tmp_path_factory: pytest.TempPathFactory) -> Trust:
    path: Path = tmp_path_factory.mktemp("trust") / "sigstore.json"
    path.write_text(forger.sigstore.client_trust_config())
    return Trust.load(path)


def problems(trust: Trust, bundle: dict[str, object], signer: Signer) -> list[Problem]:
    files = {name: Digest.of_bytes(content) for name, content in FILES.items()}
    return coverage("bundle", trust.verify(bundle, signer), PREDICATE, files)


def test_the_good_bundle_verifies_and_covers(
    forger: Forger, trust: Trust, expected: Signer
) -> None:
    assert problems(trust, forger.bundle(), expected) == []


@pytest.mark.parametrize("defect", forgeries.UNVERIFIABLE, ids=lambda d: d.__name__)
def test_it_does_not_verify(forger: Forger, trust: Trust, expected: Signer, defect: Defect) -> None:
    with pytest.raises(NotVerified):
        trust.verify(defect(forger), expected)


@pytest.mark.parametrize("defect", forgeries.OF_SOMETHING_ELSE, ids=lambda d: d.__name__)
def test_it_verifies_but_does_not_cover(
    forger: Forger, trust: Trust, expected: Signer, defect: Defect
) -> None:
    assert problems(trust, defect(forger), expected)

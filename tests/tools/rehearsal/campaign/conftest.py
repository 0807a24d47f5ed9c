"""One prepared campaign for the session: the undisturbed release has been played."""

from __future__ import annotations

import pytest

from tools.rehearsal.campaign.campaign import Campaign, prepare


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    return prepare(tmp_path_factory.mktemp("campaign"))

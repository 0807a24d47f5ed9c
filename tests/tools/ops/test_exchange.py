"""A trusted publishing exchange: a token that is masked, or why there is none."""

from __future__ import annotations

import json

import pytest

from tools.console import console
from tools.errors import GateRefused, Transient
from tools.ops.exchange import minted
from tools.ops.http import Answer


def answer(status: int, body: object) -> Answer:
    return Answer("POST", "https://pypi.org/mint", status, {}, json.dumps(body).encode())


def test_a_minted_token_is_masked() -> None:
    token = minted(answer(200, {"token": "pypi-minted-once"}), "PyPI", "record")
    assert token == "pypi-minted-once"
    assert console.redact(f"got {token}") == "got ***"


def test_a_refused_exchange_says_what_to_compare() -> None:
    with pytest.raises(GateRefused, match="PyPI refused the trusted publishing exchange") as error:
        minted(answer(403, {"message": "no"}), "PyPI", "project's record")
    assert "HTTP 403" in error.value.found
    assert error.value.remedy == "compare the project's record with `invoke release.claims`"


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": 7}])
def test_an_answer_without_a_token_is_transient(body: object) -> None:
    with pytest.raises(Transient, match="answered without a token"):
        minted(answer(200, body), "PyPI", "record")

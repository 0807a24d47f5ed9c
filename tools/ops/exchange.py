"""The answer to a trusted publishing exchange: a token, masked before anyone has it."""

from __future__ import annotations

from tools.console import console
from tools.errors import GateRefused, Transient
from tools.ops.http import Answer


def minted(answer: Answer, registry: str, record: str) -> str:
    """The token of a registry's answer, registered for masking.

    Args:
        registry: its name in messages.
        record: what to compare with the job's claims when the registry refuses.

    Raises:
        GateRefused: the registry does not accept this identity as a trusted publisher.
        Transient: it answered without a token.
    """
    if not answer.ok:
        raise GateRefused(
            f"{registry} refused the trusted publishing exchange",
            expected="a token",
            found=answer.brief,
            remedy=f"compare the {record} with `invoke release.claims`",
        )
    token = answer.mapping().get("token")
    if not isinstance(token, str) or not token:
        raise Transient(f"{registry} answered without a token", found=f"HTTP {answer.status}")
    console.mask(token)
    return token

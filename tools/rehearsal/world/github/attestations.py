"""The attestation store: bundles by the digest of what they attest.

Anybody may read; ``attestations: write`` stores. No attestation for a digest is a 404, which is
what the real service answers. Pages are by cursor (``after``), not by number.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.github.access import Right
from tools.rehearsal.world.github.api import API, NOT_FOUND, ApiError, Call, Core, route
from tools.rehearsal.world.github.repository import REPOSITORY_ID
from tools.rehearsal.world.github.state import Attestation

# The short names that the `predicate_type` filter takes beside full type URIs.
_SHORT = {
    "provenance": "https://slsa.dev/provenance/",
    "sbom": "https://spdx.dev/Document",
    "release": "https://in-toto.io/attestation/release/",
}


def routes(core: Core) -> list[Route]:
    return [
        route(core, "/attestations", _store, Right("attestations", "write"), method="POST"),
        route(core, "/attestations/{digest}", _list, Right("attestations")),
    ]


def _store(core: Core, call: Call) -> Response:
    bundle = call.json().get("bundle")
    if not isinstance(bundle, dict):
        raise ApiError(422, "Invalid request.\n\nbundle is not an object.")
    predicate_type, digests = _statement(bundle)
    attestation = Attestation(
        id=core.state.new_id(),
        bundle=bundle,
        predicate_type=predicate_type,
        digests=digests,
        time=core.clock(),
        label=call.label,
    )
    core.state.attestations[attestation.id] = attestation
    core.hide("attestation", attestation.id, core.misbehaviour.attestation_lag)
    core.record(
        "attestation.stored",
        str(attestation.id),
        call.label,
        ",".join(sorted(attestation.digests)),
    )
    return JSONResponse({"id": attestation.id}, 201)


def _statement(bundle: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """The predicate type and the subject digests of a bundle's statement."""
    try:
        payload = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"], validate=True))
        digests = (subject["digest"] for subject in payload["subject"])
        names = frozenset(f"{kind}:{value}" for d in digests for kind, value in d.items())
        return str(payload["predicateType"]), names
    except (KeyError, TypeError, ValueError) as error:
        raise ApiError(422, f"The bundle holds no in-toto statement: {error!r}") from error


def _list(core: Core, call: Call) -> Response:
    digest, wanted = call.param("digest"), call.query.get("predicate_type", "")
    if ":" not in digest:
        raise ApiError(422, "subject_digest must be ALGORITHM:HEX")
    matching = [
        attestation
        for attestation in sorted(call.state.attestations.values(), key=lambda a: -a.id)
        if digest in attestation.digests
        and attestation.predicate_type.startswith(_SHORT.get(wanted, wanted))
        and not core.hidden("attestation", attestation.id)
    ]
    if not matching and not core.misbehaviour.empty_attestations:
        raise ApiError(404, NOT_FOUND)
    return _page(core, call, matching)


def _page(core: Core, call: Call, matching: list[Attestation]) -> Response:
    """One page, newest first; the cursor is the id of the last one shown."""
    text, after = call.query.get("per_page", "30"), call.query.get("after", "")
    size = min(max(int(text) if text.isdigit() else 30, 1), 100)
    rest = [item for item in matching if not after.isdigit() or item.id < int(after)]
    shown = rest[:size]
    response = JSONResponse(
        {
            "attestations": [
                {"bundle": item.bundle, "repository_id": REPOSITORY_ID, "initiator": "user"}
                for item in shown
            ]
        }
    )
    if len(rest) > size:
        base = f"{API}{call.request.url.path}"
        query = f"per_page={size}&after={shown[-1].id}"
        response.headers["link"] = f'<{base}?{query}>; rel="next"'
    return response

"""The OIDC credential of an Actions job, asked for when it is spent and never before.

A job has an endpoint only when its permissions say ``id-token: write``. The request URL is used
as it is given (in a rehearsal it is a plain loopback URL).
"""

from __future__ import annotations

from collections.abc import Mapping

from tools.console import console
from tools.errors import GateRefused, Transient
from tools.ops.http import Http

URL_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_URL"
TOKEN_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - the variable's name


def available(env: Mapping[str, str]) -> bool:
    """Whether this job may ask for a credential at all."""
    return bool(env.get(URL_VARIABLE) and env.get(TOKEN_VARIABLE))


def request_token(http: Http, audience: str, env: Mapping[str, str]) -> str:
    """A JSON web token for *audience*, registered for masking before it is returned.

    Raises:
        GateRefused: outside Actions, or in a job without ``id-token: write``.
        Transient: the endpoint did not answer.
    """
    if not available(env):
        raise GateRefused(
            "this job cannot ask for an OIDC credential",
            expected=f"{URL_VARIABLE} and {TOKEN_VARIABLE} in the environment",
            found="none",
            remedy="run it in a release.yml job with `permissions: id-token: write`",
        )
    secret = env[TOKEN_VARIABLE]
    console.mask(secret)
    url = env[URL_VARIABLE]
    answer = http.get(
        f"{url}{'&' if '?' in url else '?'}audience={audience}",
        headers={"Authorization": f"bearer {secret}", "Accept": "application/json"},
    )
    token = answer.mapping().get("value") if answer.ok else None
    if not isinstance(token, str) or not token:
        raise Transient(
            f"the OIDC endpoint gave no credential for audience {audience!r}",
            expected="HTTP 200 with a value",
            found=f"HTTP {answer.status}",
            remedy="re-run the job",
        )
    console.mask(token)
    return token

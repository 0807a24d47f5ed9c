"""The only HTTP client: one user agent, timeouts, bounded retries.

Registries ask clients to say who they are and whom to contact (crates.io answers 403 to generic
user agents). Safe requests are repeated after 408, 425, 429, 5xx, a rate-limit 403 and network
trouble, honouring ``Retry-After``; a request that changes something is sent once, because only
its caller can find out whether it was received. When the attempts are used up the outcome is
:class:`Unanswered`; every other status is an :class:`Answer` for the caller to judge.

Proxy and CA variables of the environment are honoured (``trust_env``).
"""

from __future__ import annotations

import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Self

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from tools.console import console
from tools.errors import Transient
from tools.ops.clock import SYSTEM, Clock

TRANSIENT_STATUS = frozenset({408, 425, 429})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TIMEOUT = httpx.Timeout(30.0, connect=10.0, write=120.0)


class Unanswered(Transient):
    """A request that got no usable answer: transport trouble or a transient status.

    Attributes:
        status: the last HTTP status, or None when there was no answer at all.
        retry_after: seconds that the server asked to wait, if it did.
    """

    def __init__(
        self, message: str, *, status: int | None, retry_after: float | None, found: str
    ) -> None:
        super().__init__(message, found=found)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")

    @property
    def brief(self) -> str:
        """Status and the beginning of the body, for an error message."""
        return f"HTTP {self.status} from {self.url}: {' '.join(self.text.split())[:200]}"

    def json(self) -> Any:
        """The body as JSON; a body that is not JSON is an unreadable answer, so transient."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Unanswered(
                f"{self.url} did not answer with JSON",
                status=self.status,
                retry_after=None,
                found=self.brief,
            ) from error

    def mapping(self) -> dict[str, Any]:
        """The body as a JSON object."""
        value = self.json()
        if not isinstance(value, dict):
            raise Unanswered(
                f"{self.url} did not answer with a JSON object",
                status=self.status,
                retry_after=None,
                found=self.brief,
            )
        return value


class Http:
    """The client; safe to share between threads.

    Args:
        user_agent: project name, version and contact; must not contain ``curl``.
        attempts: how often a safe request is sent at most.
        max_wait: seconds; a longer ``Retry-After`` is not waited for but reported.
        transport: replaces the network in tests.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        clock: Clock = SYSTEM,
        attempts: int = 4,
        max_wait: float = 30.0,
        timeout: httpx.Timeout | float = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._attempts = attempts
        self._max_wait = max_wait
        self._client = httpx.Client(
            headers={"User-Agent": user_agent}, timeout=timeout, transport=transport
        )

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """A GET with retries, following redirects (credentials stay with their origin)."""
        return self.request("GET", url, headers=headers, params=params)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        payload: object | None = None,
        repeat: bool | None = None,
    ) -> Answer:
        """Send a request and return its answer.

        Args:
            payload: an object to send as JSON.
            repeat: send it again on trouble; by default only for safe methods.

        Raises:
            Unanswered: no answer, or a transient status, after the last attempt.
        """
        safe = method in SAFE_METHODS
        request = self._client.build_request(
            method, url, headers=headers, params=params, content=content, json=payload
        )
        retrying = Retrying(
            stop=stop_after_attempt(self._attempts if (safe if repeat is None else repeat) else 1),
            wait=self._wait,
            retry=retry_if_exception_type(Unanswered),
            sleep=self._clock.sleep,
            before_sleep=_say,
            reraise=True,
        )
        return retrying(self._once, request, safe)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, Unanswered) else None
        if asked is not None and asked > self._max_wait:
            assert error is not None
            raise error
        return float(asked) if asked is not None else min(8.0, 0.25 * 2**state.attempt_number)

    def _once(self, request: httpx.Request, follow: bool) -> Answer:
        where = f"{request.method} {request.url.copy_with(query=None)}"
        try:
            response = self._client.send(request, follow_redirects=follow)
        except httpx.HTTPError as error:
            raise Unanswered(
                f"{where} got no answer",
                status=None,
                retry_after=None,
                found=f"{type(error).__name__}: {error}",
            ) from error
        answer = Answer(
            request.method,
            str(response.url.copy_with(query=None)),
            response.status_code,
            {key.lower(): value for key, value in response.headers.items()},
            response.content,
        )
        if is_transient(answer):
            raise Unanswered(
                f"{where} was not answered",
                status=answer.status,
                retry_after=self._retry_after(answer),
                found=answer.brief,
            )
        return answer

    def _retry_after(self, answer: Answer) -> float | None:
        """Seconds that ``Retry-After`` asks for: a number or an HTTP date (RFC 9110, 10.2.3)."""
        value = answer.headers.get("retry-after", "").strip()
        if value.isdigit():
            return float(value)
        date = http_date(value)
        return None if date is None else max(0.0, date - self._clock.now().timestamp())


def _say(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Unanswered):
        why = f"HTTP {error.status}" if error.status else error.found
        console.info(f"{error.message} ({why}); trying again in {state.upcoming_sleep:g} s")


def is_transient(answer: Answer) -> bool:
    """Whether asking again may help: by its status, or as a rate limit."""
    return answer.status in TRANSIENT_STATUS or answer.status >= 500 or is_rate_limit(answer)


def is_rate_limit(answer: Answer) -> bool:
    """GitHub tells an exhausted rate limit by 403 instead of by 429.

    The primary limit shows in these headers. The secondary one may come without any of them and
    with this text alone ("Rate limits for the REST API", GitHub's documentation).
    """
    headers = answer.headers
    return answer.status == 403 and (
        "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
        or b"secondary rate limit" in answer.body
    )


def http_date(text: str) -> float | None:
    """Seconds since the epoch of an HTTP date, or None when it is not one."""
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()

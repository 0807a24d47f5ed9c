"""The one HTTP client: what it repeats, what it returns, what it gives up on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from tools.ops.clock import SYSTEM, Clock, Deadline
from tools.ops.http import Http, Unanswered, http_date

URL = "https://registry.example/thing"
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
Reply = httpx.Response | Exception


class Script:
    """Answers in order; the last one again and again."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply

    @property
    def clock(self) -> Clock:
        return replace(SYSTEM, sleep=self.slept.append, now=lambda: NOW)

    def http(self) -> Http:
        transport = httpx.MockTransport(self)
        return Http("ordvec tests (+https://example)", clock=self.clock, transport=transport)


# 520 to 530 are what content networks say when the origin behind them is in trouble.
@pytest.mark.parametrize("status", [408, 425, 429, 500, 501, 502, 503, 504, 507, 520, 529])
def test_a_transient_status_is_repeated(status: int) -> None:
    script = Script(httpx.Response(status), httpx.Response(200, json={"a": 1}))
    assert script.http().get(URL).json() == {"a": 1}
    assert len(script.slept) == 1


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")]
)
def test_network_trouble_is_repeated_and_then_reported(trouble: Exception) -> None:
    script = Script(trouble)
    with pytest.raises(Unanswered) as caught:
        script.http().get(URL)
    assert (len(script.requests), caught.value.status, caught.value.exit_code) == (4, None, 75)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_any_other_status_is_an_answer(status: int) -> None:
    script = Script(httpx.Response(status, text="no"))
    answer = script.http().get(URL)
    assert (answer.status, answer.ok, len(script.requests)) == (status, False, 1)


def test_a_secondary_rate_limit_without_headers_is_repeated() -> None:
    said = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
    script = Script(httpx.Response(403, json=said), httpx.Response(200, json={}))
    assert script.http().get(URL).json() == {}


def test_a_repeated_request_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    script = Script(httpx.ConnectError("name not known"), httpx.Response(503), httpx.Response(200))
    script.http().get(URL)
    first, second = capsys.readouterr().out.splitlines()
    assert "got no answer (ConnectError: name not known); trying again in 0.5 s" in first
    assert "was not answered (HTTP 503); trying again in 1 s" in second


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_change_is_sent_once(method: str) -> None:
    script = Script(httpx.Response(503))
    with pytest.raises(Unanswered):
        script.http().request(method, URL)
    assert len(script.requests) == 1


def test_a_change_is_repeated_when_its_caller_says_so() -> None:
    script = Script(httpx.Response(503), httpx.Response(204))
    assert script.http().request("DELETE", URL, repeat=True).status == 204


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("Sun, 01 Mar 2026 12:00:20 GMT", 20.0), ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0)],
)
def test_retry_after_is_honoured(value: str, seconds: float) -> None:
    script = Script(httpx.Response(429, headers={"retry-after": value}), httpx.Response(200))
    script.http().get(URL)
    assert script.slept == [seconds]


def test_a_long_retry_after_is_reported_instead_of_waited_for() -> None:
    script = Script(httpx.Response(429, headers={"retry-after": "3600"}))
    with pytest.raises(Unanswered) as caught:
        script.http().get(URL)
    assert (caught.value.retry_after, script.slept, len(script.requests)) == (3600.0, [], 1)


@pytest.mark.parametrize("headers", [{"x-ratelimit-remaining": "0"}, {"retry-after": "1"}])
def test_an_exhausted_rate_limit_by_403_is_transient(headers: dict[str, str]) -> None:
    script = Script(httpx.Response(403, headers=headers), httpx.Response(200))
    assert script.http().get(URL).ok


def test_a_body_that_is_not_json_is_unreadable() -> None:
    answer = Script(httpx.Response(200, text="<html>")).http().get(URL)
    with pytest.raises(Unanswered, match="JSON"):
        answer.json()
    with pytest.raises(Unanswered, match="JSON object"):
        Script(httpx.Response(200, json=[1])).http().get(URL).mapping()


def test_the_client_names_itself_and_a_contact(declaration) -> None:  # type: ignore[no-untyped-def]
    from tools.steps.context import user_agent

    script = Script(httpx.Response(200))
    Http(user_agent(declaration), transport=httpx.MockTransport(script)).get(URL)
    agent = script.requests[0].headers["user-agent"]
    assert "ordvec" in agent
    assert declaration.project.contact in agent
    assert "curl" not in agent
    assert any(character.isdigit() for character in agent)


def test_credentials_do_not_follow_a_redirect_to_another_host() -> None:
    script = Script(
        httpx.Response(302, headers={"location": "https://storage.example/blob"}),
        httpx.Response(200, text="blob"),
    )
    answer = script.http().get(URL, headers={"Authorization": "Bearer secret"})
    assert answer.url == "https://storage.example/blob"
    assert "authorization" not in script.requests[1].headers


def test_a_query_is_in_no_message() -> None:
    script = Script(httpx.Response(503, text="busy"))
    with pytest.raises(Unanswered) as caught:
        script.http().get(URL, params={"token": "hidden"})
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "soon", "12", "Mon, 99 Foo 2026"])
def test_what_is_no_http_date(text: str) -> None:
    assert http_date(text) is None


@pytest.fixture
def ticking() -> Iterator[Callable[[], Clock]]:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    yield lambda: Clock(monotonic=lambda: now[0], sleep=sleep)


def test_a_deadline_is_not_slept_past(ticking: Callable[[], Clock]) -> None:
    deadline = Deadline.after(ticking(), 10)
    assert [deadline.pause(4) for _ in range(4)] == [True, True, True, False]
    assert deadline.left == 0

"""The stand-in docs.rs."""

from __future__ import annotations

import asyncio

import httpx

from tools.rehearsal.world.docs_rs import DocsRs


def ask(docs: DocsRs, path: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=docs.hosts()[0].app)
        async with httpx.AsyncClient(transport=transport, base_url="https://docs.rs") as client:
            return await client.get(path)

    return asyncio.run(send())


def test_a_served_crate_has_a_status_and_another_has_none() -> None:
    docs = DocsRs(lambda name, version: (name, version) == ("ordvec", "0.6.1"))
    answer = ask(docs, "/crate/ordvec/0.6.1/status.json")
    assert answer.json() == {"doc_status": True, "version": "0.6.1"}
    assert ask(docs, "/crate/ordvec/=0.6.1/status.json").status_code == 200
    assert ask(docs, "/crate/ordvec/0.6.2/status.json").status_code == 404
    assert ask(docs, "/crate/ordvec/0.6.1/builds.json").json()[0]["build_status"] is True


def test_a_failed_and_a_queued_build() -> None:
    docs = DocsRs(lambda name, version: True)
    docs.failed.add(("ordvec", "0.6.1"))
    docs.queued.add(("ordvec", "0.6.2"))
    assert ask(docs, "/crate/ordvec/0.6.1/status.json").json()["doc_status"] is False
    assert ask(docs, "/crate/ordvec/0.6.2/status.json").status_code == 404

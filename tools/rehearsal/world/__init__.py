"""The loopback world: stand-ins that answer on the real names, on this machine only.

Real clients reach it by proxy and CA variables alone (:mod:`.environment`).
Reading order; each imports only from above:

``hosts``        a stand-in (names and an ASGI app) and what a stand-in learns of a request
``journal``      every request and every refusal, in memory and as JSON lines
``ca``           a throwaway certificate authority that can only sign for these names
``http1``        one HTTP/1.1 connection: h11 over asyncio streams
``exchange``     one request and its answer: h11 to ASGI and back, a fault applied in between
``faults``       faults as data: (host, method, path, skip, times, action)
``proxy``        listeners on 127.0.0.1: CONNECT to a listed host, everything else refused
``environment``  the variables that make each client come here and nowhere else
``world``        all of it as one context manager

What the stand-ins share, and the stand-ins:

``trusted``      trusted publishing: an OIDC token against a short-lived upload token
``uploads``      who uploaded what when, and surfaces that show it late
``registry``     what both registries are
``oidc``         GitHub's token issuer, and the endpoint at which a job asks it
``cratesio``     crates.io
``pypi``         PyPI
``github``       GitHub, for one repository
``sigstore``     Fulcio, a transparency log and Rekor
``docs_rs``      docs.rs
"""

from tools.rehearsal.world.faults import Fault, FaultTable
from tools.rehearsal.world.hosts import ASGIApp, Context, Host, context_of
from tools.rehearsal.world.journal import Entry, Journal
from tools.rehearsal.world.world import World

__all__ = [
    "ASGIApp",
    "Context",
    "Entry",
    "Fault",
    "FaultTable",
    "Host",
    "Journal",
    "World",
    "context_of",
]

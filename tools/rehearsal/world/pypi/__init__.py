"""Stand-in for PyPI: a registry on the real names that speaks pip's and twine's real protocols.

It is **not** PyPI and vouches for nothing but what is checked here: the upload form, file
names, digests, duplicates, trusted publishing, attestations, the 14-day rule. What it lacks:
the web site, accounts, deletion and yanking, e-mail, malware checks.

Reading order; each imports only from above:

``dists``         file names, and what is inside a wheel or an sdist
``store``         files by project
``uploading``     the upload form and what is refused
``attestations``  PEP 740: refused or turned into provenance
``simple``        PEP 503 and PEP 691 pages
``registry``      what it holds and decides
``app``           the HTTP faces
"""

from __future__ import annotations

from tools.rehearsal.world.hosts import Host
from tools.rehearsal.world.pypi.app import Faces
from tools.rehearsal.world.pypi.attestations import Verifier, sigstore_verifier
from tools.rehearsal.world.pypi.registry import PyPIRegistry
from tools.rehearsal.world.pypi.store import FILES
from tools.rehearsal.world.trusted import Publisher
from tools.rehearsal.world.uploads import Lag

__all__ = ["Lag", "Publisher", "PyPI", "Verifier", "sigstore_verifier"]

SITE, UPLOAD = "pypi.org", "upload.pypi.org"


class PyPI(PyPIRegistry):
    """The registry on its three hosts."""

    def hosts(self) -> tuple[Host, ...]:
        """pypi.org, upload.pypi.org and files.pythonhosted.org."""
        faces = Faces(self)
        return (
            Host((SITE,), faces.site()),
            Host((UPLOAD,), faces.upload_site()),
            Host((FILES,), faces.file_host()),
        )

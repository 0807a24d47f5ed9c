"""The release system of the ordvec workspace.

The release workflow is wiring; every decision is a task, and every task runs on a laptop.

Reading order, from nouns to verbs:

``errors``       every failure class, its exit code, and what to do about it
``model``        frozen values: versions, digests, artifacts, the five answers
``declaration``  ``release.toml`` as frozen models; unknown keys are errors
``sites``        reading and rewriting the version in each kind of file
``changelog``    the Unreleased section and the dated ones
``record``       the release record, its completion, and where each file came from
``console``      the one place that prints
``ops``          one outside thing per module (git, cargo, crates.io, PyPI, GitHub, Sigstore, …)
``checks``       one invariant family per module; a check yields problems
``steps``        one release verb per module: observe, plan, apply, observe again
``rehearsal``    the loopback world and the workflow runner; imported only by its entry point
``__main__``     arguments in, exit codes out

Imports point downwards in that list: ``steps`` may use ``checks``, ``ops`` and the nouns;
``ops`` know nothing of releases.
"""

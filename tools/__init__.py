"""The release system of the ordvec workspace.

The release workflow is wiring; every decision is a task, and every task runs on a laptop.

Reading order, from nouns to verbs; each imports only from above:

``model``        frozen values: versions, digests, artifacts, the five answers
``errors``       every failure class, its exit code, and what to do about it
``declaration``  ``release.toml`` as frozen models; unknown keys are errors
``sites``        reading and rewriting the version in each kind of file
``changelog``    the Unreleased section and the dated ones
``record``       the release record, its completion, and where each file came from
``findings``     what a report of many checks consists of
``jobgraph``     the jobs of a workflow file and what each needs
``console``      the one place that prints
``ops``          one outside thing per module (git, cargo, crates.io, PyPI, GitHub, Sigstore, …)
``checks``       one invariant family per module; a check yields problems
``steps``        one release verb per module: observe, plan, apply, observe again
``swap_in``      the wheel of this tree against the published one, case by case
``__main__``     arguments in, exit codes out
``bench``        benchmarks against a peer
``rehearsal``    the loopback world and the workflow runner; imported by no one

So what talks to the outside knows nothing of releases, and a check performs no step.
``tests/tools/test_layers.py`` holds every such list to its word.
"""

"""Runs the committed release workflow itself, as GitHub would, on this machine.

Reading order; each imports only from above:

``values``       the values of an expression: coercion, comparison, look-up
``syntax``       the inside of ``${{ … }}`` from text to a syntax tree
``evaluation``   from the syntax tree to a value
``functions``    the functions that depend on no job's state; workspace globs
``templates``    values of the file that may hold ``${{ … }}``
``patterns``     GitHub's two pattern languages for tags
``document``     a workflow or composite action as frozen values
``availability`` which contexts and functions GitHub offers where
``yamlfile``     YAML as GitHub reads it
``reader``       from YAML to those values; unknown keys are errors
``matrix``       a job becomes its instances
``graph``        order, dependents, critical path
``records``      what happened, for the report and the invariants
``services``     what the runner asks of the world
``conditions``   ``if:``: success(), failure(), always(), cancelled(), and how skips propagate
``contexts``     the contexts and the variables that a job and a step see
``commandfiles`` ``GITHUB_OUTPUT``, ``GITHUB_ENV``, ``GITHUB_PATH``
``processes``    a program in its own process group, its output masked line by line
``artifacts``    the folder store behind upload-artifact and download-artifact
``gates``        environments: tag policy and required reviewers
``provision``    a hash-locked pip install: proven, not repeated
``foreign``      legs of other platforms: native wheels re-tagged, or said not to be rehearsed
``slots``        where jobs run: wiped, but for compiled third-party crates
``surroundings`` what all jobs of a run share, native wheels and reused instances included
``running``      one job instance while it runs: what its expressions read, its programs
``standin``      the shape of what stands in for a ``uses:``
``actions``      the stand-ins
``uses``         every ``uses:`` has a stand-in and a pin, or the run does not start
``steps``        one step from condition to outcome
``jobs``         one job instance from its wiped slot to its result
``instances``    a job becomes its instances, and their results the job's
``runner``       the whole run: jobs in dependency order, and re-runs of failed jobs

Nothing is skipped silently: syntax, keys, inputs and actions that are not understood raise
:class:`tools.errors.UsageError` before the first job starts wherever they can be seen.
"""

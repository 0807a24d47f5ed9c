"""Runs the committed release workflow itself, as GitHub would, on this machine.

Reading order:

``expressions``  ``${{ … }}``: parse, then evaluate with GitHub's loose rules
``document``     a workflow or composite action as frozen values; unknown keys are errors
``matrix``       a job becomes its instances
``graph``        order, dependents, critical path
``conditions``   ``if:``: success(), failure(), always(), cancelled(), and how skips propagate
``contexts``     the contexts and the variables that a job and a step see
``processes``    a program in its own process group, its output masked line by line
``artifacts``    the folder store behind upload-artifact and download-artifact
``gates``        environments: tag policy and required reviewers
``actions``      what stands in for each ``uses:``; without a stand-in it is an error
``foreign``      legs of other platforms: native wheels re-tagged, or said not to be rehearsed
``steps``        one step from condition to outcome
``jobs``         one job instance: its folder, its steps, its outputs
``runner``       the whole run: jobs in dependency order, and re-runs of failed jobs

Nothing is skipped silently: syntax, keys, inputs and actions that are not understood raise
:class:`tools.errors.UsageError` before the first job starts wherever they can be seen.
"""

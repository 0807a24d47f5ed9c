"""The rehearsal: a loopback world and a runner for the release workflow.

Reading order; each imports only from above:

``machine``      this machine as a runner
``timing``       what share of the time is spent outside the real clients
``warden``       ends every process of a rehearsal that is gone
``world``        the stand-ins that answer on the real names
``clone``        the tree that is rehearsed: bumped, committed, signed, pushed to a bare origin
``predicates``   the provenance that GitHub's signing actions write
``signing``      what the stand-ins for the signing actions sign with
``workflow``     runs the committed release workflow
``layout``       where a rehearsal writes
``seed``         third-party files, fetched before the world starts
``preparation``  what a rehearsal needs before its world starts
``setting``      the loopback world of one rehearsal, put together
``guardian``     the rehearsal's side of the warden
``progress``     the job graph while it runs
``stranger``     what any stranger can do once a release is public
``faults``       the single faults, each with what must come of it
``evidence``     what a rehearsal left behind, as plain values
``remains``      what a scenario leaves behind, gathered into evidence
``invariants``   I1 to I7, each a function of the evidence
``report``       ``report.json`` and a self-contained ``report.html``
``scenario``     one run of the release in one fresh world
``judgement``    a scenario's exit code, sentence and report
``rehearsal``    prepare a release once, run its scenarios, judge them
``command``      ``nox -s rehearse``
``campaign``     a release disturbed at every request
"""

"""The campaign of faults: every request of every client disturbed, one scenario at a time.

Reading order; each imports only from above:

``actions``      what can happen to a request
``scenario``     a scenario as a value, and its name
``catalogue``    which scenarios there are
``artifacts``    small wheels, sdists and crates that real clients accept
``flow``         the jobs and their hand-over, read from release.yml
``theatre``      a world that can be put back to any moment
``stepped``      time that a job's waits advance
``programs``     the programs of a job that a campaign does not run
``process``      a job as a forked process
``seed``         prebuilt artifacts, signed; the undisturbed release begins here
``outcome``      invariant I4: what an exit code may claim
``play``         one scenario while it is played: the state of its jobs, and one job in its world
``fresh``        recovery by a whole new run whose build differs
``judging``      the evidence of a scenario and every invariant
``attempts``     attempt after attempt, as a maintainer re-runs failed jobs
``performance``  one scenario from its snapshot to its verdict
``campaign``     all of them on all cores
``report``       what a person reads
``command``      ``nox -s campaign``
"""

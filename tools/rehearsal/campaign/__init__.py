"""The campaign of faults: every request of every client disturbed, one scenario at a time.

``seed``         prebuilt artifacts, signed; the undisturbed release begins here
``flow``         the jobs and their hand-over, read from release.yml
``actions``      what can happen to a request
``scenario``     a scenario as a value, and its name
``catalogue``    which scenarios there are
``theatre``      a world that can be put back to any moment
``process``      a job as a forked process; ``programs`` and ``stepped``: what it runs and its time
``performance``  one scenario from its snapshot to its verdict
``fresh``        recovery by a whole new run whose build differs
``outcome``      invariant I4: what an exit code may claim; ``judging``: all of them
``campaign``     all of them on all cores; ``report`` and ``command``: what a person sees
"""

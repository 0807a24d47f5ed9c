"""Whether users of the published `ordvec` wheel can swap in the one of this tree.

One table of cases runs in two processes, each with one of the wheels; what they answered is
compared. Reading order:

``sides``       what runs beside a wheel: the cases
``compare``     two answers to the same case, as differences
``excuses``     differences that are intended, each with its reason
``published``   the newest published wheel below a version, by the digest that PyPI states
``command``     install, run, compare, judge
"""

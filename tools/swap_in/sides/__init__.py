"""The cases, run by an interpreter that holds NumPy and one of the wheels, and nothing else.

``case``      a case and its kind
``data``      vectors that are the same in every process
``encode``    what a call gave, as JSON
``methods``   the calls of small indexes by what they take
``surface``   names and signatures
``scalars``   the free functions
``scans``     fill, search, remove: every class
``inputs``    dtypes, layouts and values that are accepted
``arrays``    arrays that are refused
``numbers``   numbers and parameters that are refused
``files``     written, read back, broken
``process``   the process
"""

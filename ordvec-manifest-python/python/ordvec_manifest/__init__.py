"""Deterministic manifests for ordvec index files."""

__version__ = "0.6.0"

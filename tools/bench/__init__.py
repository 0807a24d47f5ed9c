"""Benchmarks against a peer, interleaved in one run; each prints a ratio."""

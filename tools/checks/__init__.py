"""Invariant families, one per module. A check yields problems and never raises for them."""

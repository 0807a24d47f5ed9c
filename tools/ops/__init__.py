"""Outside things, one per module. Nothing here knows what a release is."""

"""Release verbs, one per module: observe, plan, apply, observe again."""

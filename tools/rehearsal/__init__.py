"""The rehearsal: a loopback world and a runner for the release workflow."""

"""Which targets must be there before anything is compiled."""

from __future__ import annotations

import pytest

from tools.declaration import Declaration
from tools.errors import UsageError
from tools.steps.cross import require


def test_every_missing_target_is_named_with_the_command_that_installs_them(
    declaration: Declaration,
) -> None:
    targets = [platform.target for platform in declaration.wheels.platform]
    require(targets, frozenset(targets))
    with pytest.raises(UsageError) as caught:
        require(targets, frozenset(targets[:1]))
    assert caught.value.found == f"no {', '.join(targets[1:])}"
    assert "nox -s cross -- --install" in str(caught.value)

"""Git asked in a place that it knows nothing of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.errors import UsageError
from tools.ops import git


@pytest.mark.parametrize("question", [git.head, git.status, git.files, git.branch])
def test_a_source_archive_is_no_work_tree(question: object, tmp_path: Path) -> None:
    assert callable(question)
    with pytest.raises(UsageError, match=r"not a git work tree[\s\S]*git clone"):
        question(tmp_path)

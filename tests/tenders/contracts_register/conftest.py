"""Where a test writes its register."""

import pytest


@pytest.fixture
def file(tmp_path):
    return tmp_path / "register.csv"

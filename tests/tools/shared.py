"""Data that tests read and the project does not carry: schemas and samples of others, in a folder beside it."""

from pathlib import Path

import pytest
from django.conf import settings


def shared_data(name):
    """Return the folder of this name beside the project, or skip the test with the reason."""
    folder = Path(settings.BASE_DIR).parent / "shared" / "data" / name
    if not folder.is_dir():
        pytest.skip(f"No shared/data/{name} beside the project: nothing to validate against.")
    return folder

"""Which rows of the wanted behaviour a test proves."""

import pytest


def rows(*ids: str) -> pytest.MarkDecorator:
    return pytest.mark.rows(*ids)

"""Each contract story runs over every implementation of `Switch`."""

import importlib

import pytest

from tests.contract.world import Run


@pytest.fixture(params=[pytest.param("real", marks=pytest.mark.real), "fake"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a story in a fresh world of this implementation."""
    name = f"tests.contract.{request.param}"
    if request.param == "fake":
        module = pytest.importorskip(name, exc_type=ModuleNotFoundError)
        fake: Run = module.run
        return fake
    real: Run = importlib.import_module(name).runner(request.getfixturevalue("asterisk"))
    return real

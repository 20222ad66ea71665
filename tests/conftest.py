"""Fixtures for every room."""

from hypothesis import settings
from rig.fixtures import *  # noqa: F403  # pytest finds fixtures by name in this module

# A test that is slow beside other work is no failure: what takes long is measured in bench/.
settings.register_profile("any_pace", deadline=None)
settings.load_profile("any_pace")

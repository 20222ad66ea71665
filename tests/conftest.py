"""Fixtures for every room."""

from rig.fixtures import *  # noqa: F403  # pytest finds fixtures by name in this module

"""A screen for these tests."""

from rig.x11_fixtures import *  # noqa: F403  # pytest finds fixtures by name in this module

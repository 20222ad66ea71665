"""Fixtures for every room."""

import os

from hypothesis import settings
from rig.fixtures import *  # noqa: F403  # pytest finds fixtures by name in this module

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # for tests that import onnxruntime themselves

# A test that is slow beside other work is no failure: what takes long is measured in bench/.
settings.register_profile("any_pace", deadline=None)
settings.load_profile("any_pace")

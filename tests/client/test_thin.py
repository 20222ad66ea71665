"""The client stays thin. Which libraries it may use at all, tests/test_architecture.py says."""

import subprocess
import sys

SLOW_TO_IMPORT = {
    "dataclasses",
    "importlib.metadata",
    "inspect",
    "json",
    "pkg_resources",
    "shutil",
    "subprocess",
    "tempfile",
    "uuid",
}
"""Together they would double the time that `utterd speak` takes as a process."""

SPEAK = """
import sys
from utterd.client.cli import speak
options = speak.make_parser().parse(["--no-wait", "hi"])
speak.check_options(options)
speak.speak_options(options)
speak.Client
print(*sys.modules)
"""


def modules_after(program: str) -> set[str]:
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_to_speak_imports_nothing_that_is_slow_to_import() -> None:
    imported = modules_after(SPEAK) - modules_after("import sys; print(*sys.modules)")  # the install may have its own
    assert "utterd.client.connection" in imported
    assert imported & SLOW_TO_IMPORT == set()

"""What pyproject.toml cannot say: a wheel brings the native operators along, if a C compiler is there to make them.

UTTERD_PURE=1 leaves them out: a wheel for every machine, each of which compiles them for itself if it can. Editable
installs never have them.
"""

import os
import runpy
import shutil
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

COMPILER = runpy.run_path(str(Path(__file__).parent / "stages" / "native" / "compiler.py"))
WANTED = not os.environ.get("UTTERD_PURE") and any(map(shutil.which, COMPILER["COMPILERS"]))


class PlatformDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return WANTED


class BuildWithOperators(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        folder = Path(self.build_lib, "utterd", "stages", "native")
        for library in COMPILER["named"](folder, "operators"):  # of an earlier build
            library.unlink()
        if WANTED:
            try:
                COMPILER["compile_library"](folder, "operators", portable=True)
            except COMPILER["NativeUnavailable"] as reason:
                self.warn(f"without native operators: {reason}")


class AnyPythonsWheel(bdist_wheel):
    """The library does not know of Python, only of the platform."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


setup(distclass=PlatformDistribution, cmdclass={"build_py": BuildWithOperators, "bdist_wheel": AnyPythonsWheel})

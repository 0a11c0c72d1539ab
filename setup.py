"""Puts the page, the models and the samples into the wheel, so that `pip install .` has them.

All else is in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("frontend", "models", "samples")


class BuildWithFolders(build_py):
    """Copies the folders to where `kinora.paths` looks for them in an installation."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for name in SHIPPED:
            place = Path(self.build_lib) / "kinora" / "shipped" / name
            shutil.rmtree(place, ignore_errors=True)
            # Trainings under way lie in folders with a dot; scripts would be compiled there.
            shutil.copytree(name, place, ignore=shutil.ignore_patterns(".*", "*.py", "__pycache__"))


setup(cmdclass={"build_py": BuildWithFolders})

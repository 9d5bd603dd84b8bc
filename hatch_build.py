"""Builds the kernels into a wheel: the first scan would compile them for half a minute."""

import os
import subprocess
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Kernels(BuildHookInterface[Any]):
    """Runs `dedupe.kernels.building`; without its files the program works, and compiles itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, and make the wheel one for this Python and this kind of processor."""
        path = os.pathsep.join(filter(None, (self.root, os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-m", "dedupe.kernels.building"]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False)  # noqa: S603
        if done.returncode:
            self.app.display_warning(
                "The kernels could not be compiled; the first scan tries again."
            )
            return
        build_data["artifacts"].append("dedupe/kernels/built/*")
        build_data["pure_python"], build_data["infer_tag"] = False, True

"""Kernels state what they compute, with the shape of every array."""

from __future__ import annotations

import ast

import pytest

from tests.meta.program import ROOT

KERNELS = ROOT / "dedupe" / "kernels"
# Read as text: the compiled objects hide their functions, and loading them would compile some.
FUNCTIONS = [
    (path.stem, node)
    for path in sorted(KERNELS.glob("*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
]


@pytest.mark.parametrize(
    "function",
    [node for _, node in FUNCTIONS],
    ids=[f"{module}.{node.name}" for module, node in FUNCTIONS],
)
def test_kernel_has_a_docstring(function: ast.FunctionDef) -> None:
    """A public function of kernels/ says what it computes."""
    assert ast.get_docstring(function)

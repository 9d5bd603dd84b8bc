"""A git repository of its own for a test."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Repository:
    """A repository that is the working directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self("init", "--quiet", "--initial-branch=main")
        self("config", "user.name", "Nobody")
        self("config", "user.email", "nobody@example.org")

    def __call__(self, *arguments: str) -> str:
        """Run git here."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, path: str, content: str = "Some text.\n") -> None:
        """Write a file."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")

    def commit(self) -> None:
        """Commit everything."""
        self("add", "--all")
        self("commit", "--quiet", "--allow-empty", "--message", "Change")

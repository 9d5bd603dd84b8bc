"""Errors that end a run. Each carries the exit code that the command line returns."""

from __future__ import annotations


class DedupeError(Exception):
    """A job that could not be done; the message names the cause and is shown to the user."""

    exit_code = 2


class DedupeWarning(UserWarning):
    """What may not be as the user thinks; the run goes on, and the message is shown."""


class UsageError(DedupeError):
    """Options, paths or arguments that contradict each other or do not exist."""


class ConfigError(DedupeError):
    """A setting with an unknown name or a value outside its range."""


class NothingToAnalyseError(DedupeError):
    """No readable article was found under the given paths."""


class SkippedFilesError(DedupeError):
    """A file was skipped or unreadable although `--strict` was given."""


class ModelFileError(DedupeError):
    """A filler model file that is damaged, foreign or of another format."""


class BaselineError(DedupeError):
    """A baseline that is missing, damaged, foreign or of another format or normaliser."""


class AcceptFileError(DedupeError):
    """A file of accepted findings that is missing, damaged or of another form."""


class IndexFolderError(DedupeError):
    """An index that is missing, damaged, foreign, in use, or made with other settings."""


class InternalError(DedupeError):
    """A broken invariant: a defect of the program, not of its input."""

"""Find copied text and empty text in folders of articles."""

__version__ = "0.1.0"

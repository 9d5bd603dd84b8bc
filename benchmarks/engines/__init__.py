"""Deduplicators, one module each: plain-text files in, pairs of alike files out."""

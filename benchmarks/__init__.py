"""Measurements of quality and speed; every script is run as `python -m benchmarks.NAME`."""

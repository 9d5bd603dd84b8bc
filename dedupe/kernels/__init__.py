"""Loops over arrays: arrays in, arrays out, no I/O, no classes, no validation."""

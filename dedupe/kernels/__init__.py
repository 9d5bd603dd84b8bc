"""Loops over arrays: arrays in, arrays out, no classes, no validation."""

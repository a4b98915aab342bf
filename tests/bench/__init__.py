"""Measurements, each found by name: JSON on stdout, a table on stderr."""

"""vss-robot: scripted Chrome flows that file dossiers with Vietnam Social Security."""

__version__ = "0.1.0"

"""Reports: files made from what the books and the evidence say; nothing here starts a browser or changes the books."""

from robot.report.bundle import Bundle, check_bundle, make_bundle
from robot.report.cover import Cover

__all__ = ["Bundle", "Cover", "check_bundle", "make_bundle"]

"""Dossiers (hồ sơ) as files: what one says about itself; its bytes are never written again."""

from robot.dossier.head import DossierHead, read_head

__all__ = ["DossierHead", "read_head"]

"""The vault: where secrets lie, by name; in the system's own keyring, or in an encrypted file where there is none."""

from robot.vault.cost import Cost
from robot.vault.passphrase import pass_phrase_from_fd
from robot.vault.vault import Vault, open_vault

__all__ = ["Cost", "Vault", "open_vault", "pass_phrase_from_fd"]

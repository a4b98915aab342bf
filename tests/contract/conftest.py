"""A small world for the contract tests: authority, tokens and signing libraries, made once a test process."""

from dataclasses import dataclass
from pathlib import Path
from sys import executable

import pytest

from fixtures.organisations import ORGANISATIONS, Organisation
from fixtures.pki import Authority, make_authority
from fixtures.token import TokenInfo, make_tokens
from fixtures.vendor import install


@dataclass(frozen=True)
class TokenWorld:
    """What the tests of tokens, hosts and dossiers start from."""

    directory: Path
    authority: Authority
    tokens: dict[str, TokenInfo]
    organisations: dict[str, Organisation]
    hosts: dict[str, Path]


@pytest.fixture(scope="session")
def token_world(tmp_path_factory) -> TokenWorld:
    # A folder with a space and Vietnamese letters, as a user's own may have.
    directory = tmp_path_factory.mktemp("world") / "thế giới mẫu"
    keys = ("hoa-binh", "an-phu", "truong-son", "bach-dang", "kim-lien")
    chosen = {key: ORGANISATIONS[key] for key in keys}
    authority = make_authority(directory)
    tokens = make_tokens(directory, chosen.values(), authority)
    hosts = {key: install(directory, organisation, executable) for key, organisation in chosen.items()}
    return TokenWorld(directory, authority, tokens, chosen, hosts)

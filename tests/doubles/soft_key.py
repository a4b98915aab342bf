"""A key in memory that signs as a token's does, for dossiers by the hundred; its certificate comes from the world's authority."""

from cryptography.hazmat.primitives.asymmetric import rsa


class SoftKey:
    """As much of `fixtures.token.TokenKey` as the makers of dossiers ask for."""

    def __init__(self, authority, organisation):
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.chain = authority.chain
        self.certificate = authority.issue(organisation, self._key.public_key())

    def sign(self, data, padding, algorithm):
        return self._key.sign(data, padding, algorithm)

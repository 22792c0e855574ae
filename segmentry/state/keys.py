"""Keyed hashes of addresses, and addresses that only the owner of the key can read."""

import hashlib
import hmac
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from segmentry.errors import SettingsError

STATE_KEY = "SEGMENTRY_STATE_KEY"
LEAST_LENGTH = 32
# What shows whether a key is the one that a file was written with.
KEY_CHECK = "segmentry"
BLOCK = 64


@dataclass(frozen=True)
class Keys:
    """What an address is hashed and sealed with.

    Attributes:
        hashing: of keyed hashes, 32 bytes.
        sealing: of what is kept encrypted.
    """

    hashing: bytes = field(repr=False)
    sealing: Fernet = field(repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Keys":
        """Derive both from the one secret in `SEGMENTRY_STATE_KEY`.

        Raises:
            SettingsError: when it is not set or too short.
        """
        secret = environment.get(STATE_KEY, "")
        if len(secret) < LEAST_LENGTH:
            raise SettingsError(
                f"{STATE_KEY} must hold a secret of {LEAST_LENGTH} characters or more, the same in "
                "every run: what syncs remember of people is hashed and encrypted with it. Make "
                'one with python -c "import secrets; print(secrets.token_urlsafe(32))", and keep '
                "it where your other secrets are."
            )
        return cls(
            hashing=_derived(secret, b"segmentry address hashes"),
            sealing=Fernet(urlsafe_b64encode(_derived(secret, b"segmentry sealed addresses"))),
        )

    def hash_of(self, text: str) -> str:
        """Return the keyed hash (HMAC-SHA-256) of an address or id, 64 hexadecimal digits.

        Addresses are compared trimmed and in lower case, as staging reads them.
        """
        return hmac.new(self.hashing, text.strip().lower().encode(), hashlib.sha256).hexdigest()

    def hash_exactly(self, *parts: str) -> str:
        """Return the keyed hash of some texts in their order, to the letter."""
        text = "\x1f".join(parts)
        return hmac.new(self.hashing, text.encode(), hashlib.sha256).hexdigest()

    def lot_of(self, *parts: str) -> float:
        """Return a number from 0 to below 1 that some texts draw, always the same."""
        return int(self.hash_exactly("lot", *parts)[:13], 16) / 16**13

    def seal(self, text: str) -> bytes:
        """Encrypt a text."""
        return self.sealing.encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        """Return what was encrypted.

        Raises:
            SettingsError: when it was with another key.
        """
        try:
            return self.sealing.decrypt(sealed).decode()
        except InvalidToken:
            raise SettingsError(
                f"{STATE_KEY} is not the secret that the state was written with: set that one."
            ) from None

    @property
    def blocks(self) -> tuple[bytes, bytes]:
        """The key as the inner and the outer block of HMAC, for a database that has SHA-256 alone.

        HMAC is `sha256(outer || sha256(inner || text))` with both hashes as bytes (RFC 2104).
        """
        padded = self.hashing.ljust(BLOCK, b"\0")
        inner, outer = (bytes(byte ^ pad for byte in padded) for pad in (0x36, 0x5C))
        return inner, outer


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def masked(address: str) -> str:
    """Return an address as people are shown it: `a…@e….org`."""
    name, _, domain = address.partition("@")
    host, dot, top = domain.rpartition(".")
    return f"{name[:1]}…@{host[:1]}…{dot}{top}" if dot else f"{name[:1]}…@…"

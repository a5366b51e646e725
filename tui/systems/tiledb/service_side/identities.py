"""Names that the embedded server gives to what it makes: ids with their prefixes, and secrets (contract §2)."""

from __future__ import annotations

import random
import string
import uuid

_LETTERS = string.ascii_lowercase + string.digits
"""No dash: a client takes a token apart at its dashes (contract §2)."""


class Identities:
    """A source of ids and secrets. With a `seed` it gives the same ones each time, until `forget_seed`."""

    def __init__(self, seed: int | None = None) -> None:
        self._random: random.Random = random.SystemRandom() if seed is None else random.Random(seed)

    def forget_seed(self) -> None:
        """Give unforeseeable ids and secrets from now on."""
        self._random = random.SystemRandom()

    def id(self, prefix: str) -> str:
        """Return a new id such as `ws_2k…`."""
        return f"{prefix}_{self.text(20)}"

    def uuid(self) -> str:
        """Return a new UUID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def text(self, length: int) -> str:
        """Return so many random letters and digits."""
        return "".join(self._random.choices(_LETTERS, k=length))

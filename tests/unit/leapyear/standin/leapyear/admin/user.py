"""Users of the stand-in, of which the constructor is documented."""


class User:
    """By position: the name, then the password. Attributes were never published."""

    def __init__(self, *given):
        self._key, self._password = given

    def _rows(self, state):
        return state["users"]

    def _row(self, state):
        return {"password": self._password, "admin": False}

    def __eq__(self, other):
        return isinstance(other, User) and other._key == self._key

    def __hash__(self):
        return hash(self._key)

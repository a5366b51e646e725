"""Groups of the stand-in, of which little is documented."""


class Group:
    """How one is made was never published."""

    @classmethod
    def _named(cls, name):
        made = cls.__new__(cls)
        made._key = name
        return made

    def _rows(self, state):
        return state["groups"]

    def __eq__(self, other):
        return isinstance(other, Group) and other._key == self._key

    def __hash__(self):
        return hash(self._key)

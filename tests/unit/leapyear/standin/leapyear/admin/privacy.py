"""Privacy profiles of the stand-in, of which little is documented."""


class PrivacyProfile:
    """A named profile; how one is made was never published."""

    @classmethod
    def _named(cls, name):
        made = cls.__new__(cls)
        made._key = name
        return made


class PrivacyProfileParams:
    pass


class PrivacyLimit:
    pass


class View:
    pass

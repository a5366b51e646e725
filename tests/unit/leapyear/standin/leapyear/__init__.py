"""A stand-in for the vendor's package: only names that its documentation gives, over a file that processes share."""

from leapyear.client import Client

__all__ = ["Client"]
__version__ = "4.1.1"

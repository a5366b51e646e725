"""arraydeck: a terminal dashboard for the systems that store arrays."""

__version__ = "0.1.0"

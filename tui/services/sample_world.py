"""The world of the sample data: a weather institute whose people, stations and campaigns recur in all five systems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

PEOPLE = {
    "ada.vogel": "Ada Vogel",
    "ben.okafor": "Ben Okafor",
    "chiara.lindqvist": "Chiara Lindqvist",
    "daniel.moreau": "Daniel Moreau",
    "elif.santos": "Elif Santos",
    "farid.novak": "Farid Novak",
    "greta.ibsen": "Greta Ibsen",
    "hiro.tanaka": "Hiro Tanaka",
    "ines.duarte": "Inês Duarte",
    "jonas.weiss": "Jonas Weiß",
    "katya.orlova": "Katya Orlova",
    "noor.haddad": "Noor Haddad",
}
"""Who works at the institute: name of the account, and name. The first looks after everything."""


class Station(NamedTuple):
    """A weather station: its name, its name in a key, metres above the sea, and degrees north and east."""

    name: str
    key: str
    altitude: float
    latitude: float
    longitude: float


STATIONS = (
    Station("Zugspitze", "zugspitze", 2956.0, 47.42, 10.98),
    Station("Zürich", "zurich", 556.0, 47.38, 8.57),
    Station("Aarhus", "aarhus", 36.0, 56.30, 10.62),
    Station("Łódź", "lodz", 184.0, 51.72, 19.40),
    Station("Evora", "evora", 245.0, 38.57, -7.90),
    Station("Tórshavn", "torshavn", 54.0, 62.02, -6.77),
    Station("Reykjavik", "reykjavik", 52.0, 64.13, -21.90),
    Station("Nicosia", "nicosia", 161.0, 35.14, 33.40),
)


@dataclass(frozen=True)
class Campaign:
    """A piece of the institute's work, and where each system keeps its part of it.

    `collection` is Deker's, `repository` Arraylake's, `asset` a folder of a TileDB teamspace, and `survey` the LeapYear
    database of those whom that weather met. Arakoon's keys `campaigns/<name>` say all of this, and who owns it.
    """

    name: str
    owner: str
    collection: str
    repository: str
    asset: str
    survey: str


CAMPAIGNS = (
    Campaign(
        "heat-wave",
        "chiara.lindqvist",
        "temperature",
        "kestrel-forecast/surface-icon",
        "forecasting/europe",
        "heat and health",
    ),
    Campaign("hail", "daniel.moreau", "radar", "kestrel-radar/reflectivity-odim", "radar/composite", "hail damage"),
    Campaign("storm", "ben.okafor", "wind", "kestrel-forecast/surface-icon", "forecasting/nested-alps", "storm damage"),
    Campaign("flood", "ines.duarte", "tides", "kestrel-ocean/waves-nemo", "hydrology/floods", "flood claims"),
    Campaign(
        "harvest",
        "elif.santos",
        "stations",
        "kestrel-archive/stations-paper",
        "observations/stations",
        "farm yields",
    ),
)
PROFILES = {
    "weather": "deker",
    "cluster": "arakoon",
    "catalogue": "arraylake",
    "platform": "tiledb",
    "classic": "tiledb",
    "surveys": "leapyear",
}
"""The demo's profiles by name, with the system of each."""

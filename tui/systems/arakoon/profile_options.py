"""What a profile may say about how a cluster is used, in its options or behind the `?` of its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from pydantic import ConfigDict, Field, field_validator

from tui.resources.forms import read_form
from tui.services.errors import InvalidInput
from tui.systems.arakoon.keys_text import read_key
from tui.systems.arakoon.options import ArakoonOptions
from tui.systems.arakoon.uri import is_uri


class ProfileOptions(ArakoonOptions):
    """The options of a profile."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    separator: str = Field("/", description="what parts keys into a tree, typed as a key is; empty shows no tree")
    dirty: bool = Field(False, description="begin with dirty reads: any node answers, and may be behind")

    @field_validator("separator")
    @classmethod
    def _check_separator(cls, text: str) -> str:
        try:
            read_key(text)
        except InvalidInput as error:
            raise ValueError(error.message) from error
        return text

    def of_settings(self) -> dict[str, Any]:
        """Return those that say how the cluster is reached."""
        return self.model_dump(include=set(ArakoonOptions.model_fields), exclude_unset=True)


_OF_ADDRESS = frozenset(ProfileOptions.model_fields) - {"names", "tls_ca_cert", "tls_cert", "tls_key", "tls_version"}
"""Options that may stand behind the `?`; those of TLS do by themselves, and names stand with the nodes."""


def options_of(address: str, options: Mapping[str, Any]) -> tuple[str, ProfileOptions]:
    """Return an address without the options in it, and these with a profile's own ones, which win.

    Raises:
        InvalidInput: an option cannot be used; the message names it.
    """
    uri, found = _split(address)
    return uri, read_form(ProfileOptions, {**found, **options}, "options")


def _split(uri: str) -> tuple[str, dict[str, Any]]:
    where, mark, query = uri.partition("?")
    if not mark or not is_uri(uri):
        return uri, {}
    given = parse_qsl(query, keep_blank_values=True)
    found: dict[str, Any] = {name: value for name, value in given if name in _OF_ADDRESS}
    if found.get("separator") == "":
        # An empty text in a form is the default; here it says that there is to be no tree.
        raise InvalidInput("arakoon", "options", "separator: it is empty", "say it in the profile's options")
    rest = urlencode([pair for pair in given if pair[0] not in _OF_ADDRESS], quote_via=quote)
    return (f"{where}?{rest}" if rest else where), found

"""The cluster's own file: who its nodes are (contract §12)."""

from __future__ import annotations

import re
from configparser import ConfigParser, SectionProxy
from configparser import Error as IniError
from pathlib import Path

from tui.services.errors import NotFound, PermissionDenied
from tui.services.printable import printable
from tui.systems.arakoon.settings import ClusterSettings, NodeAddress, invalid
from tui.systems.arakoon.uri import tls_from
from tui.systems.arakoon.wire.reader import MIB, SYSTEM

LARGEST = 4 * MIB
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")
_TRUE = {"true": True, "false": False}


class _Parser(ConfigParser):
    def optionxform(self, optionstr: str) -> str:
        return optionstr


def read_settings(path: Path) -> ClusterSettings:
    """Return the settings in a cluster's file. Blocks.

    Raises:
        NotFound: there is no such file.
        PermissionDenied: it may not be read.
        InvalidInput: it is no cluster's file; the message says what is missing.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise NotFound(SYSTEM, "open", f"there is no file {path}") from error
    except PermissionError as error:
        raise PermissionDenied(SYSTEM, "open", f"{path} may not be read") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise invalid(f"{printable(str(path), 200)} cannot be read: {reason}") from error
    if len(content) > LARGEST:
        raise invalid(f"{path} is too large for a cluster's file")
    return parse_settings(content.decode("utf-8", "surrogateescape"), path.parent)


def parse_settings(text: str, folder: Path = Path()) -> ClusterSettings:
    """Return the settings in the text of a cluster's file; relative paths in it count from `folder`.

    Raises:
        InvalidInput: a section or a name is missing, or a value cannot be understood.
    """
    joined = _CONTINUED.sub(" ", text)
    # An indented line would be taken for the end of the value before it.
    lines = "\n".join(line.strip() for line in joined.splitlines())
    parser = _Parser(
        interpolation=None,
        delimiters=("=",),
        comment_prefixes=("#",),
        inline_comment_prefixes=("#",),
        default_section="",
    )
    try:
        parser.read_string(lines)
    except IniError as error:
        raise invalid(f"the cluster's file is damaged: {printable(str(error), 200)}") from error
    if "global" not in parser:
        raise invalid("the cluster's file has no section [global]")
    common = parser["global"]
    names = _words(_value(common, "cluster"))
    if not names:
        raise invalid("[global] cluster names no node")
    tls = None
    # A server's file that says no to TLS for clients means it, whatever the nodes use among themselves.
    if common.get("tls_ca_cert") and _is_true(common, "tls_service", default="tls_version" in common):
        paths = ("tls_ca_cert", "tls_cert", "tls_key")
        given = {name: str(folder / common[name].strip()) for name in paths if common.get(name)}
        tls = tls_from({**given, "tls_version": common.get("tls_version", "1.0").strip()})
    return ClusterSettings(
        _value(common, "cluster_id"),
        tuple(_node(parser, name) for name in names),
        tls,
        lease=_number(common, "lease_period", 10),
        max_value=_number(common, "__tainted_max_value_size", 8 * MIB),
    )


def _node(parser: ConfigParser, name: str) -> NodeAddress:
    if name not in parser:
        raise invalid(f"the cluster's file has no section [{printable(name, 80)}]")
    section = parser[name]
    return NodeAddress(name, tuple(_words(_value(section, "ip"))), _number(section, "client_port", None))


def _value(section: SectionProxy, name: str) -> str:
    value = section.get(name, "").strip()
    if not value:
        raise invalid(f"[{printable(section.name, 80)}] {name} is missing")
    return value


def _words(value: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", value) if word]


def _number(section: SectionProxy, name: str, default: int | None) -> int:
    text = section.get(name, "").strip()
    if not text and default is not None:
        return default
    try:
        return int(text or _value(section, name))
    except ValueError as error:
        message = f"[{printable(section.name, 80)}] {name} is {printable(text, 40)}, and no whole number"
        raise invalid(message) from error


def _is_true(section: SectionProxy, name: str, default: bool) -> bool:
    text = section.get(name, str(default).lower()).strip()
    if text not in _TRUE:
        raise invalid(f"[{printable(section.name, 80)}] {name} is {printable(text, 40)}, neither true nor false")
    return _TRUE[text]

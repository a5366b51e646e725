"""Value: what an HTTP service sends, as a frozen model that keeps fields it does not know, without their secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, model_validator

from tui.services.secrecy import redacted

Foreign = Annotated[dict[str, Any], BeforeValidator(redacted)]
"""A part whose fields are the service's own affair, with `[hidden]` for what looks like a secret in it."""


def without_unknown_secrets(model: type[BaseModel], values: Any) -> Any:
    """Return what is given for a model, with `[hidden]` for what looks like a secret in fields that it has not."""
    if not isinstance(values, Mapping):
        return values
    given = cast("Mapping[str, Any]", values)
    known = _known_keys(model)
    extra = {key: value for key, value in given.items() if key not in known}
    return {**given, **cast("dict[str, Any]", redacted(extra))} if extra else given


class Value(BaseModel):
    """What a service sends. Fields that are not known here are kept, secrets among them replaced by `[hidden]`."""

    model_config = ConfigDict(
        frozen=True, extra="allow", populate_by_name=True, hide_input_in_errors=True, ser_json_inf_nan="strings"
    )

    @model_validator(mode="before")
    @classmethod
    def _hide_unknown_secrets(cls, values: Any) -> Any:
        return without_unknown_secrets(cls, values)


def _known_keys(model: type[BaseModel]) -> set[str]:
    keys = set(model.model_fields)
    for described in model.model_fields.values():
        match described.validation_alias:
            case AliasChoices(choices=choices):
                keys.update(choice for choice in choices if isinstance(choice, str))
            case str(alias):
                keys.add(alias)
            case _:
                pass
    return keys

"""The vendor's package, imported when somebody connects, and what it is found to have (contract §11)."""

from __future__ import annotations

import importlib
from typing import Any

from .plain import has, levels, members
from .refused import Refused


class Package:
    """The vendor's package, and what it was found to have."""

    def __init__(self) -> None:
        try:
            self.top: Any = importlib.import_module("leapyear")
            self.admin: Any = importlib.import_module("leapyear.admin")
            self.grants: Any = importlib.import_module("leapyear.admin.grants")
            self.database_access: Any = importlib.import_module("leapyear.admin.database").DatabaseAccessType
            self.column_access: Any = importlib.import_module("leapyear.admin.table").ColumnAccessType
        except (ImportError, AttributeError) as error:
            kind = type(error).__name__
            raise Refused(503, "unavailable", f"The package leapyear cannot be used here ({kind}).") from None
        self.database_levels, self.column_levels = members(self.database_access), members(self.column_access)
        self.sets_window = has(self.admin.Database, "set_privacy_limit_window")
        self.sets_columns = has(self.admin.Table, "set_access") and bool(self.column_levels)

    def capabilities(self) -> dict[str, Any]:
        absent = ("create_privacy_profile", "edit_privacy_profile", "create_group", "group_members", "data_slices")
        absent += ("exposure", "public_key_auth", "privacy_limit", "user_enable")
        features = dict.fromkeys(absent, False)
        features = {
            **features,
            "set_database_access": bool(self.database_levels),
            "set_column_access": self.sets_columns,
            "privacy_limit_window": self.sets_window,
            "subject_access": has(self.grants, "all_database_accesses_for_subject"),
            "edit_description": has(self.top.Client, "update"),
            "edit_user": has(self.top.Client, "update"),
            "job_cancel": True,
            "unpersist": True,
            "views": True,
        }
        return {
            "server_version": str(getattr(self.top, "__version__", "unknown"))[:64],
            "database_access_levels": levels(self.database_levels),
            "column_access_levels": levels(self.column_levels),
            "column_types": ["BOOL", "INT", "REAL", "TEXT", "FACTOR", "DATE", "DATETIME", "NULL"],
            "features": features,
        }

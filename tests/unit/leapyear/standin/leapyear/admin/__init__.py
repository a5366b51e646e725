"""What the published page imports from `leapyear.admin`, and nothing besides."""

from leapyear.admin.database import Database
from leapyear.admin.group import Group
from leapyear.admin.table import ColumnDefinition, Table
from leapyear.admin.user import User

__all__ = ["ColumnDefinition", "Database", "Group", "Table", "User"]

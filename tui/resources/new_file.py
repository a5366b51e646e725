"""A file that appears only once it is whole, under a name that was free."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from tui.services.errors import AlreadyExists, InvalidInput, PermissionDenied, Unavailable


@contextmanager
def new_file(path: Path, *, overwrite: bool = False) -> Generator[IO[bytes]]:
    """Give a binary stream whose content is at `path` once the block is left without an exception.

    Raises:
        AlreadyExists: there is such a file, and `overwrite` is not set.
        InvalidInput: the folder is not there.
        PermissionDenied: the folder may not be written to.
        Unavailable: the disk is full, or another fault of the disk.
    """
    if path.exists() and not overwrite:
        raise AlreadyExists("arraydeck", "export", f"{path} is there already", "give another name")
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InvalidInput("arraydeck", "export", f"there is no folder {path.parent}") from error
    except PermissionError as error:
        raise PermissionDenied("arraydeck", "export", f"{path.parent} may not be written to") from error
    except OSError as error:
        raise Unavailable("arraydeck", "export", f"{path} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        if overwrite:
            Path(temporary).replace(path)
        else:
            os.link(temporary, path)
    except FileExistsError as error:
        raise AlreadyExists("arraydeck", "export", f"{path} is there already", "give another name") from error
    except OSError as error:
        raise Unavailable("arraydeck", "export", f"{path} cannot be written: {error.strerror}") from error
    finally:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()

"""Reading a whole article file, within bounds and as UTF-8."""

import stat
from pathlib import Path

from rag.errors import UnreadableFile

MAX_FILE_BYTES = 50_000_000
_BOM = b"\xef\xbb\xbf"


def check_regular(path: Path) -> int:
    """The size of a regular file in bytes; opening a pipe or a device could wait or run for ever."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise unopened(error) from None
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFile("This is not a regular file.")
    return status.st_size


def read_bytes(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file of at most `limit` bytes; UnreadableFile where it is bigger or unopenable."""
    if check_regular(path) <= limit:
        try:
            with path.open("rb") as file:
                data = file.read(limit + 1)  # it may have grown since
        except OSError as error:
            raise unopened(error) from None
        if len(data) <= limit:
            return data
    raise UnreadableFile(f"The file is over {limit // 1_000_000} MB: split it into one file an article.")


def read_text(path: Path, limit: int = MAX_FILE_BYTES) -> str:
    """The text of a UTF-8 file exactly, without its byte-order mark; line ends stay as they are."""
    data = read_bytes(path, limit)
    if not data:
        raise UnreadableFile("The file is empty.")
    return decode(data)


def decode(data: bytes) -> str:
    """UTF-8 bytes, with or without a byte-order mark, as text; UnreadableFile names the first bad byte."""
    skipped = len(_BOM) if data.startswith(_BOM) else 0
    try:
        return data[skipped:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + skipped
        raise UnreadableFile(f"Not UTF-8 at byte {offset}: save the file as UTF-8.") from None


def unopened(error: Exception) -> UnreadableFile:
    """The refusal of a file that the system will not open or read."""
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return UnreadableFile(f"The file cannot be read: {reason}.")

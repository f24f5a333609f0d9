"""Every error Dateline raises on purpose; each message is one sentence that says what to do.

DatelineError
├── InputError              what was asked or given cannot be used          exit code 2
│   └── UnreadableFile      one article file (or row) cannot be read
└── LibraryError            the library cannot be used                      exit code 3
    ├── LibraryLocked       another process owns it
    ├── LibraryMismatch     it was made with another embedder or splitter
    └── LibraryDamaged      a store is broken
"""


class DatelineError(Exception):
    """Base of all errors that a user can act on; `exit_code` is what the command line exits with."""

    exit_code = 1


class InputError(DatelineError):
    """A question, path, option or gold set that cannot be used."""

    exit_code = 2


class UnreadableFile(InputError):
    """An article file, or one row of it, that is refused; the rest of an ingest goes on."""


class LibraryError(DatelineError):
    """The library cannot be opened or written."""

    exit_code = 3


class LibraryLocked(LibraryError):
    """Another process owns the library."""


class LibraryMismatch(LibraryError):
    """The library was made with another embedder or splitter."""


class LibraryDamaged(LibraryError):
    """One of the library's stores is broken."""

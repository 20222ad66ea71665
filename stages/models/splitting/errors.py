"""Why a graph is not taken apart.

SplitError      for people: which file, what is wrong with it, and what to do
NotFound        inside: it lacks something that Kokoro's graph has
CannotRun       inside: a part of it cannot be computed

`split` turns the last two into the first: they do not know the file's name.
"""


class SplitError(Exception):
    """One sentence that names the file, or the folder, and says what to do."""


class NotFound(Exception):
    """The message names what: a noun."""


class CannotRun(Exception):
    """The message says what happened: a main clause."""

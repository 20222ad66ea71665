"""The lexicon as the g2p stage uses it: three layers of files, read again when they change, for one unit at a time."""

import logging
import os
from pathlib import Path
from typing import Final

from utterd.config.lexicon import Entry, LexiconError
from utterd.config.lexicon_files import PROJECT_SECTION, find_project_file, read_built_in, read_lexicon
from utterd.stages.g2p.lexicon_index import LexiconIndex

_log = logging.getLogger(__name__)

_Fingerprint = tuple[int, int, int]
_PROJECTS_LIMIT: Final = 16
_INDEXES_LIMIT: Final = 32


class Lexicon:
    """The user's own file, the files of projects, and the built-in one. One thread only.

    Args:
        user_file: may be absent, now or later; None: there is none.
    """

    def __init__(self, user_file: Path | None = None) -> None:
        self._user = _LexiconFile(user_file, "") if user_file else None
        self._built_in = read_built_in()
        self._projects: dict[Path, _LexiconFile] = {}
        self._indexes: dict[tuple[object, ...], LexiconIndex] = {}

    def for_unit(self, language: str, project: str = "") -> LexiconIndex:
        """What is to be heeded in a unit. Looks at each file once, and reads it if it has changed.

        Args:
            language: one of `languages.LANGUAGES`.
            project: a folder, see `Speaking.project`.
        """
        user = self._user.entries() if self._user else ()
        of_project = self._project_entries(project) if project else ()
        # Entries live as long as an index made of them, so their identity tells whether they are still the same.
        key = (language, id(user), id(of_project))
        if key not in self._indexes:
            if len(self._indexes) >= _INDEXES_LIMIT:
                self._indexes.clear()
            self._indexes[key] = LexiconIndex((user, of_project, self._built_in), language)
        return self._indexes[key]

    def _project_entries(self, project: str) -> tuple[Entry, ...]:
        folder = Path(project)
        path = find_project_file(folder) if folder.is_absolute() else None
        if path is None:
            return ()
        if path not in self._projects:
            if len(self._projects) >= _PROJECTS_LIMIT:
                del self._projects[next(iter(self._projects))]
            self._projects[path] = _LexiconFile(path, PROJECT_SECTION)
        return self._projects[path].entries()


class _LexiconFile:
    """One file and what it said when it could last be read."""

    def __init__(self, path: Path, section: str) -> None:
        self._path = path
        self._section = section
        self._seen: _Fingerprint | None = None
        self._entries: tuple[Entry, ...] = ()

    def entries(self) -> tuple[Entry, ...]:
        """Those of now; if the file is broken, those from before it was."""
        seen = self._fingerprint()
        if seen != self._seen:
            self._seen = seen
            self._read()
        return self._entries

    def _fingerprint(self) -> _Fingerprint | None:
        try:
            status = os.stat(self._path)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _read(self) -> None:
        try:
            self._entries = read_lexicon(self._path, self._section) if self._seen else ()
        except FileNotFoundError:
            self._entries = ()
        except LexiconError as error:
            _log.warning("lexicon not read, its last good words stay file=%s line=%d: %s", *_facts(error, self._path))


def _facts(error: LexiconError, path: Path) -> tuple[Path, int, str]:
    return error.path or path, error.line, error.reason

"""Grows an OffsetMap while a source is read from front to back."""

from array import array

from utterd.daemon.script import OffsetMap


class OffsetStretches:
    """The stretches found so far."""

    def __init__(self) -> None:
        self.length = 0
        """Of the script so far."""
        self._places, self._sources, self._source_ends = array("Q"), array("Q"), array("Q")

    def add(self, length: int, source_start: int, source_end: int) -> None:
        """So many more characters of the script, each one of the source's; or one, which has several there."""
        if source_end - source_start == length and self._goes_on_at(source_start):
            self._source_ends[-1] = source_end
        else:
            self._places.append(self.length)
            self._sources.append(source_start)
            self._source_ends.append(source_end)
        self.length += length

    def offset_map(self) -> OffsetMap:
        return OffsetMap(places=self._places, sources=self._sources, source_ends=self._source_ends, length=self.length)

    def _goes_on_at(self, source: int) -> bool:
        """Does the last stretch end there, each of its characters being one of the source's?"""
        if not self._places or self._source_ends[-1] != source:
            return False
        return source - self._sources[-1] == self.length - self._places[-1]

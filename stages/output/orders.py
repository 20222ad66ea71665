"""Orders: what the daemon may ask of the sound at any time: pause, resume, go elsewhere, drop.

Each first makes silence, which shows where the listener is, and then reckons from there: what was not heard is played
again, and the place told is the one the listener has come to.
"""

from collections.abc import Callable

from utterd.stages.commands import Cut, SeekTo
from utterd.stages.output.playback import Playback
from utterd.stages.output.player import Player
from utterd.stages.reports import PlaybackPaused, Report, Sought


class Orders:
    """Only the output stage's main thread uses it."""

    def __init__(self, playback: Playback, player: Player, *, report: Callable[[Report], None]) -> None:
        self._playback = playback
        self._player = player
        self._report = report

    def pause(self) -> None:
        """Silence until `resume`; answered with where, also if there was nothing to pause."""
        if not self._playback.is_paused:
            self._stand()
            self._playback.is_paused = True
        head = self._playback.head
        self._report(
            PlaybackPaused(utterance_id=head.utterance_id if head else 0, audio_frames=head.taken_frames if head else 0)
        )

    def resume(self) -> None:
        """Go on with the first frame that has not been heard."""
        self._playback.is_paused = False

    def seek(self, command: SeekTo) -> None:
        """Go on elsewhere in what sounds; silence, and an answer, if that is not here."""
        head = self._playback.head
        if head is None or head.utterance_id != command.utterance_id:
            self._report(Sought(utterance_id=command.utterance_id, audio_frames=0, is_found=False, char=command.char))
            return
        self._stand()
        heard_frames = head.taken_frames
        is_found = True
        if command.char is not None:
            is_found = head.seek(command.char)
        else:
            head.seek_back(command.back_frames)
        self._playback.waits_for_cut = not is_found
        sequence, frame = head.place
        self._player.mark_head()
        self._report(
            Sought(
                utterance_id=head.utterance_id,
                audio_frames=heard_frames,
                is_found=is_found,
                char=command.char,
                sequence=sequence,
                frame=frame,
            )
        )

    def cut(self, command: Cut) -> None:
        """Drop what is older than the command's generation and not kept."""
        keep = frozenset(command.keep)
        ending = self._player.withdraw(keep)
        again = self._player.again_utterance
        is_cut = self._playback.is_cut(command.keep) or (again is not None and again not in keep)
        # The end of what was cut stands in front of what is kept and flows: it is over before it could be taken back.
        is_cut = is_cut or (bool(ending) and not self._playback.is_flowing)
        unheard_frames = self._player.take_back() if is_cut else 0
        reports = self._playback.cut(command.generation, command.keep, command.begin, command.trim, unheard_frames)
        for report in [*ending, *reports]:
            self._report(report)
        self._player.unmark(keep)

    def end(self) -> None:
        """Silence, for good."""
        self._stand()

    def _stand(self) -> None:
        """Silence, and the head stands at the first frame that has not been heard."""
        if self._playback.has_begun:
            self._playback.stand(self._player.take_back())
        self._player.mark_head()

"""What a caller of the client can meet.

UtterdError
├── DaemonUnavailable   nobody answers at the socket, or it is not ours
│   ├── DaemonNotRunning    nobody listens there: starting one helps
│   └── ConnectionLost      it answered, and then went away
├── RequestRefused      the daemon said no; nothing changed
├── UtteranceFailed     it was accepted, and could not be spoken to its end
├── UtteranceCancelled  it was stopped before its end
├── FileUnwritable      the file to render to cannot be made, or not be finished
└── ProtocolError       the other side does not speak this protocol
"""


class UtterdError(Exception):
    """Anything that goes wrong between a client and the daemon."""


class DaemonUnavailable(UtterdError):
    """No daemon answers; the message says where it was looked for and how to start one."""


class DaemonNotRunning(DaemonUnavailable):
    """Nobody listens at the socket."""


class ConnectionLost(DaemonUnavailable):
    """The daemon closed the connection, or stopped answering, while something was open."""


class RequestRefused(UtterdError):
    """The daemon refused a request."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """An `ErrorCode` value."""


class UtteranceFailed(UtterdError):
    """An utterance ended in failure."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UtteranceCancelled(UtterdError):
    """An utterance was stopped; `reason` as in the Cancelled event."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the utterance was cancelled: {reason}")
        self.reason = reason


class FileUnwritable(UtterdError):
    """The file to render to; the message names it and what stands in the way."""


class ProtocolError(UtterdError):
    """A message that is not what PROTOCOL.md describes."""

    def __init__(self, code: str, message: str, *, request_id: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.request_id = request_id
        """Of the offending request, where it could be read."""

"""What every stage process does first, before anything heavy is imported: signals, logs, and the life line.

A stage takes up to a second to load. Should the daemon be killed meanwhile, the stage must not go on loading and then
meet the next daemon.
"""

import contextlib
import faulthandler
import logging
import os
import signal
import socket
import sys
import threading

from utterd.stages.spec import StageSpec
from utterd.stages.unforeseen import hide_words_of_uncaught_errors


def prepare_child(spec: StageSpec) -> None:
    """Call it once, first."""
    faulthandler.enable()  # a crash in native code leaves its place in the log
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the daemon decides
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    hide_words_of_uncaught_errors()
    threading.Thread(target=_die_with_parent, args=(spec.life_descriptor,), name="life", daemon=True).start()


def _die_with_parent(descriptor: int) -> None:
    with socket.socket(fileno=os.dup(descriptor)) as life, contextlib.suppress(OSError):
        while life.recv(64):
            pass
    os._exit(0)  # the daemon is gone: nothing here is worth finishing

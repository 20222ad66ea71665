"""How urgent a stage's thread is, as far as the system lets us say so.

Every function concerns the calling thread alone, never fails, and returns what was asked for and what the kernel says
it has granted. Call it on the thread in question, after the imports and before the work.

The audio thread is to run the moment it can: it sleeps until the device has room, copies 10 ms, sleeps again; only the
sound server is more urgent than it, whose client it is. The thread that runs the model is what the listener waits for,
but it must never get in the way of the audio thread. Text is turned into phonemes ahead of both and yields to both. The
threads that hear requests and commands, the daemon's and one in each stage, have next to nothing to do, and at once.
"""

import sys

from utterd.stages.scheduling.report import Scheduler, Scheduling, UnknownScheduler

__all__ = [
    "Scheduler",
    "Scheduling",
    "lower_g2p_thread",
    "raise_audio_thread",
    "raise_control_thread",
    "raise_inference_thread",
]


def raise_audio_thread(scheduler: Scheduler | None = None) -> Scheduling:
    """Make the calling thread run ahead of everything that is not as urgent as sound."""
    return (scheduler or _current_scheduler()).raise_audio_thread()


def raise_inference_thread(scheduler: Scheduler | None = None) -> Scheduling:
    """Make the calling thread what a user waits for: quick cores, no throttling, no real time."""
    return (scheduler or _current_scheduler()).raise_inference_thread()


def lower_g2p_thread(scheduler: Scheduler | None = None) -> Scheduling:
    """Let the calling thread work ahead without slowing down what is being heard."""
    return (scheduler or _current_scheduler()).lower_g2p_thread()


def raise_control_thread(scheduler: Scheduler | None = None) -> Scheduling:
    """Let the calling thread hear a stop as soon as it comes, whatever its process is at."""
    return (scheduler or _current_scheduler()).raise_control_thread()


def _current_scheduler() -> Scheduler:
    if sys.platform == "darwin":
        from utterd.stages.scheduling.macos import MacScheduler

        return MacScheduler()
    if sys.platform.startswith("linux"):
        from utterd.stages.scheduling.linux import LinuxScheduler

        return LinuxScheduler()
    return UnknownScheduler()

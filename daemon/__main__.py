"""`python -m utterd.daemon`: settings, lock, stages, socket, in the order that makes a cold start short."""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utterd.config.paths import PathError, find_paths, make_private
from utterd.config.settings import Settings, SettingsError, load_settings
from utterd.stages.unforeseen import hide_words_of_uncaught_errors

BAD_INPUT, REFUSED = 2, 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the daemon until SIGTERM or SIGINT; the exit status."""
    started_at_s = time.monotonic()
    options = _parse(arguments)
    try:
        paths = find_paths()
        if options.log_to_file:
            _send_output_to(make_private(paths.log) / paths.log_file.name)
        settings = load_settings(paths.config_file, overrides=_overrides(options))
        _check_device(settings)
    except (PathError, SettingsError) as error:
        return _give_up(options, str(error), BAD_INPUT)
    # The rest is imported late: a wrong setting is told at once, and nothing is loaded twice.
    from utterd.daemon.listen import CannotListen, lock_single_instance, open_listening_socket
    from utterd.daemon.logs import configure_logging

    try:
        lock = lock_single_instance(paths.lock)
        has_log_file = options.ready_fd or options.log_to_file
        configure_logging(settings.log, make_private(paths.log) / paths.log_file.name if has_log_file else None)
        from utterd.daemon.pipeline import Pipeline
        from utterd.daemon.wiring import Wiring

        wiring = Wiring(paths.run, heartbeat_s=settings.supervision.heartbeat_s)
        pipeline = Pipeline(settings, wiring, device=settings.output.device)
        pipeline.start_stages()  # they load while we go on
        listener, is_ours = open_listening_socket(paths)
    except (CannotListen, PathError) as error:
        return _give_up(options, str(error), REFUSED)
    from utterd.daemon.run import run_daemon

    with lock:
        run_daemon(
            settings,
            wiring,
            pipeline,
            listener,
            started_at_s=started_at_s,
            on_listening=lambda: _tell_starter(options.ready_fd, "ready"),
            idle_limit_s=0.0 if is_ours else settings.service.idle_exit_s,  # nobody would start us again
            is_seen=not has_log_file,
        )
        wiring.close()
        if is_ours:
            paths.socket.unlink(missing_ok=True)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="utterd run",
        description="The speech daemon, in the foreground, until Ctrl-C.",
        epilog="example: utterd run --device null --voice am_rms",
    )
    devices = "auto, pulse, pulse:SINK, portaudio, portaudio:NAME, null, or wav:PATH"
    parser.add_argument("--device", help=f"{devices} (setting output.device)")
    parser.add_argument("--voice", help="the default voice (setting speech.voice)")
    parser.add_argument("--model", help="a bundle's name or folder (setting speech.model)")
    parser.add_argument("--ready-fd", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--log-to-file", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    named = {"output.device": options.device, "speech.voice": options.voice, "speech.model": options.model}
    return {name: value for name, value in named.items() if value is not None}


def _check_device(settings: Settings) -> None:
    from utterd.stages.output.device import BadDeviceSpec
    from utterd.stages.output.device_spec import parse_device_spec

    try:
        parse_device_spec(settings.output.device)
    except BadDeviceSpec as error:
        raise SettingsError(str(error)) from error


def _send_output_to(path: Path) -> None:
    """For a service: what a terminal would have shown goes to the log too, such as why we will not start."""
    try:
        log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PathError(f"cannot write the log {path}: {error.strerror}") from error
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.close(log)


def _tell_starter(descriptor: int, line: str) -> None:
    """Whoever started us waits for one line; or has gone meanwhile."""
    if descriptor:
        with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "wb", buffering=0) as starter:
            starter.write(f"{line}\n".encode())


def _give_up(options: argparse.Namespace, sentence: str, status: int) -> int:
    _tell_starter(options.ready_fd, sentence)
    print(f"utterd: {sentence}", file=sys.stderr)
    return status


if __name__ == "__main__":
    hide_words_of_uncaught_errors()
    sys.exit(main())

"""`sd_utterd`: what speech-dispatcher runs, with its protocol on standard input and output. One thread, one loop."""

import os
import select
import sys
from typing import Final

from utterd.client.bridges.speech_dispatcher.link import DaemonLink
from utterd.client.bridges.speech_dispatcher.module import Module
from utterd.client.bridges.speech_dispatcher.protocol import CommandReader
from utterd.client.bridges.speech_dispatcher.voice import Voice
from utterd.client.errors import ConnectionLost
from utterd.config.bundles import BundleError, find_bundle
from utterd.config.paths import PathError, find_paths
from utterd.config.settings import SettingsError, load_settings

READ_BYTES: Final = 64 * 1024


def main() -> int:
    """Returns the exit code: 1 if no daemon can be started."""
    if len(sys.argv) > 1 and sys.argv[1] in ("-h", "--help"):
        print("sd_utterd is started by speech-dispatcher. `utterd service install --speech-dispatcher` sets it up.")
        return 0
    server = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may reach the server
    link = DaemonLink()
    module = Module(link, lambda lines: _send(server, lines), voices=known_voices(), log=_log)
    try:
        return _serve(sys.stdin.fileno(), module, link)
    except BrokenPipeError:
        return 0  # the server has gone
    finally:
        link.close()


def _serve(commands: int, module: Module, link: DaemonLink) -> int:
    reader = CommandReader()
    while module.exit_code is None:
        ready = _wait([commands, *link.descriptors], module.timeout_ms)
        try:
            if commands in ready:
                if not (data := os.read(commands, READ_BYTES)):
                    return 0
                for item in reader.feed(data):
                    module.take(item)
            if link.started_descriptor in ready:
                module.take_started()
            elif ready - {commands}:
                for envelope in link.receive():
                    module.hear(envelope)
            module.tick()
        except ConnectionLost as error:
            module.lose(error)
    return module.exit_code


def _wait(descriptors: list[int], timeout_ms: int | None) -> set[int]:
    poller = select.poll()
    for descriptor in descriptors:
        poller.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poller.poll(timeout_ms)}


def _send(server: int, lines: str) -> None:
    data = f"{lines}\n".encode()
    while data:
        data = data[os.write(server, data) :]


def _log(sentence: str) -> None:
    print(f"sd_utterd: {sentence}", file=sys.stderr, flush=True)


def known_voices() -> list[Voice]:
    """Those of the model in the user's settings. None if they cannot be read: the daemon will say why."""
    try:
        paths = find_paths()
        settings = load_settings(paths.config_file)
        bundle = find_bundle(settings.speech.model)
    except (PathError, SettingsError, BundleError) as error:
        _log(f"voices unknown until a daemon runs: {error}")
        return []
    default = settings.speech.voice or bundle.default_voice
    return [
        Voice(name=voice.name, language=voice.language, is_default=voice.name == default) for voice in bundle.voices
    ]


if __name__ == "__main__":
    sys.exit(main())

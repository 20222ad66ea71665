"""The daemon's event loop, from the first request to the last."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable
from typing import cast

from utterd.config.bundles import Bundle, BundleError, find_bundle
from utterd.config.settings import Settings
from utterd.daemon.engine import Engine
from utterd.daemon.links import SocketWatcher
from utterd.daemon.logs import loop_exception_handler
from utterd.daemon.pipeline import Pipeline
from utterd.daemon.reported import Reported
from utterd.daemon.server import Connection, Server
from utterd.daemon.transport import Transport
from utterd.daemon.utterance import Utterance
from utterd.daemon.wiring import Wiring
from utterd.stages.hop import HopReader
from utterd.systemd.activation import notify

logger = logging.getLogger(__name__)

_FAREWELL_S = 0.1
"""For clients to be told the end."""

_STAGE_PATIENCE_S = 0.5
"""For stages to fade out and exit; then they are killed. The whole shutdown stays under a second."""


def run_daemon(
    settings: Settings,
    wiring: Wiring,
    pipeline: Pipeline,
    listener: socket.socket,
    *,
    started_at_s: float,
    on_listening: Callable[[], None],
) -> None:
    """Serve until SIGTERM or SIGINT."""
    asyncio.run(_serve(settings, wiring, pipeline, listener, started_at_s, on_listening))


async def _serve(
    settings: Settings,
    wiring: Wiring,
    pipeline: Pipeline,
    listener: socket.socket,
    started_at_s: float,
    on_listening: Callable[[], None],
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(loop_exception_handler)
    bundle = _find_bundle(settings)
    reader = HopReader(wiring.hops["audio.render"], pipeline.context)
    engine = Engine(settings, bundle, pipeline, reader, loop, _can_send)
    transport = Transport(engine)
    Reported(engine, transport)
    server = Server(engine, transport, bundle, settings, started_at_s)
    pipeline.watch(loop)
    rendering_watcher = SocketWatcher(reader.socket, engine.rendering.receive, loop)
    engine.rendering.on_used = rendering_watcher.poke
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal that started us may go
    listening = await loop.create_unix_server(server.connect, sock=listener)
    on_listening()
    notify("READY=1")
    logger.info("listening model=%s device=%s", settings.speech.model, settings.output.device)
    await stopping.wait()
    logger.info("shutting down")
    notify("STOPPING=1")
    listening.close()
    server.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FAREWELL_S):
            while server.connections:
                await asyncio.sleep(0.005)
    rendering_watcher.close()
    reader.close()
    pipeline.close(_STAGE_PATIENCE_S)


def _find_bundle(settings: Settings) -> Bundle | None:
    """The model's description; without it the inference stage will say what is wrong."""
    try:
        return find_bundle(settings.speech.model)
    except BundleError as error:
        logger.error("model unusable reason=%s", error)
        return None


def _can_send(utterance: Utterance) -> bool:
    """Whether the client that renders this utterance has read enough."""
    return cast(Connection, utterance.owner).has_room

"""The daemon's event loop, from the first request to the last."""

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable
from typing import cast

from utterd.config.bundles import Bundle, BundleError, find_bundle
from utterd.config.settings import Settings
from utterd.daemon.engine import Engine
from utterd.daemon.idle import IdleLimit
from utterd.daemon.links import SocketWatcher
from utterd.daemon.logs import loop_exception_handler
from utterd.daemon.pipeline import Pipeline
from utterd.daemon.reported import Reported
from utterd.daemon.server import Connection, Server
from utterd.daemon.transport import Transport
from utterd.daemon.utterance import Utterance
from utterd.daemon.wiring import Wiring
from utterd.stages.hop import HopReader
from utterd.stages.scheduling import raise_control_thread
from utterd.systemd.activation import notify
from utterd.systemd.watchdog import beat_interval_s, keep_beating

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
    idle_limit_s: float = 0.0,
    is_seen: bool = True,
) -> None:
    """Serve until SIGTERM or SIGINT, or until nobody has needed it for `idle_limit_s` (0: for ever).

    Args:
        is_seen: somebody looks at what it prints. Where nobody does, trouble is shown on the desktop.
    """
    on_trouble = logger.debug if is_seen else _tell_desktop
    asyncio.run(_serve(settings, wiring, pipeline, listener, started_at_s, on_listening, idle_limit_s, on_trouble))


async def _serve(
    settings: Settings,
    wiring: Wiring,
    pipeline: Pipeline,
    listener: socket.socket,
    started_at_s: float,
    on_listening: Callable[[], None],
    idle_limit_s: float,
    on_trouble: Callable[[str], None],
) -> None:
    raise_control_thread()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(loop_exception_handler)
    bundle = _find_bundle(settings)
    reader = HopReader(wiring.hops["audio.render"], pipeline.context)
    engine = Engine(settings, bundle, pipeline, reader, loop, _can_send)
    transport = Transport(engine)
    Reported(engine, transport, on_trouble)
    server = Server(engine, transport, bundle, settings, started_at_s)
    pipeline.watch(loop)
    rendering_watcher = SocketWatcher(reader.socket, engine.rendering.receive, loop)
    engine.rendering.on_used = rendering_watcher.poke
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal that started us may go
    idle = IdleLimit(idle_limit_s, lambda: bool(server.connections) or any(engine.queues.values()))
    listening = await _listen(listener, server, idle)
    on_listening()
    notify("READY=1")
    if (interval_s := beat_interval_s()) is not None:
        keep_beating(loop, interval_s)
    logger.info("listening model=%s device=%s", settings.speech.model, settings.output.device)
    while await _ends_by_idling(stopping, idle):
        # Whoever comes from here on waits in the listener itself: for us, or for who is started next.
        listening.close()
        if not await _is_used_after_all(idle):
            break
        listening = await _listen(listener, server, idle)
    logger.info("shutting down reason=%s", "asked to" if stopping.is_set() else "idle")
    notify("STOPPING=1")
    listening.close()
    listener.close()
    server.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FAREWELL_S):
            while server.connections:
                await asyncio.sleep(0.005)
    rendering_watcher.close()
    reader.close()
    pipeline.close(_STAGE_PATIENCE_S)


async def _listen(listener: socket.socket, server: Server, idle: IdleLimit) -> asyncio.Server:
    """Take clients, on a copy of the listener: closing it ends that, and no more."""

    def connect() -> Connection:
        idle.touch()
        return server.connect()

    return await asyncio.get_running_loop().create_unix_server(connect, sock=listener.dup())


async def _ends_by_idling(stopping: asyncio.Event, idle: IdleLimit) -> bool:
    """Whether it is the idle limit that ends the wait, and not somebody who wants the daemon to stop."""
    waits = [asyncio.ensure_future(stopping.wait()), asyncio.ensure_future(idle.reached())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return not stopping.is_set()


async def _is_used_after_all(idle: IdleLimit) -> bool:
    """Somebody may have been taken in by the same turn of the loop; in the next one their connection is made."""
    for _ in range(3):
        await asyncio.sleep(0)
    return idle.is_used()


def _tell_desktop(message: str) -> None:
    """In a thread: a desktop may take seconds, and nobody waits for it, not even at the end."""
    from utterd.client.notify import notify as notify_desktop

    body = f"Speech has stopped: {message}"
    threading.Thread(target=notify_desktop, args=("utterd", body), name="notify", daemon=True).start()


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

"""What `doctor` looks at. Looks only: nothing is imported that takes long, nothing is started or changed."""

import sys
from collections.abc import Iterator

from utterd.client.cli.checks.daemon import ask_daemon, check_run_folder, check_status
from utterd.client.cli.checks.desktop import check_desktop, check_scheduling
from utterd.client.cli.checks.finding import Finding, Verdict
from utterd.client.cli.checks.installation import (
    check_libpulse,
    check_model,
    check_packages,
    check_portaudio,
    check_python,
    check_settings,
    required_distributions,
)
from utterd.config.paths import PathError, find_paths


def examine() -> Iterator[Finding]:
    """All checks, from the ground up."""
    yield check_python(sys.version_info[:2])
    yield check_packages(required_distributions())
    yield check_portaudio()
    if sys.platform.startswith("linux"):
        yield check_libpulse()
    try:
        paths = find_paths()
    except PathError as error:
        yield Finding(
            name="socket folder", verdict=Verdict.BROKEN, detail=str(error), mend="export UTTERD_HOME=~/.utterd"
        )
        return
    finding, settings = check_settings(paths)
    yield finding
    yield check_model(settings.speech.model if settings else "starter")
    yield check_run_folder(paths)
    finding, status = ask_daemon(paths)
    yield finding
    if status is not None:
        yield from check_status(status, paths)
        yield from check_scheduling(status)
    yield from check_desktop(paths)

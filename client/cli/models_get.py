"""`utterd models get`: bring a model here, from its makers' own pages, a mirror, or files of this machine."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.models_progress import Report, open_report
from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.models.catalogue import PRECISIONS, load_catalogue
from utterd.client.models.install import Installed, install
from utterd.client.models.plan import Means, Wish, make_plan
from utterd.client.models.sizes import readable_size
from utterd.client.models.store import Store
from utterd.config.paths import find_paths
from utterd.config.settings import load_settings

if TYPE_CHECKING:
    from utterd.client.models.download import Downloader


def make_parser() -> CommandParser:
    parser = CommandParser(
        "models get",
        description=(
            "Fetch a model of the catalogue (`utterd models list`), or go on with one that was interrupted.\n"
            "Every file is checked against the catalogue's sha256, wherever it comes from. Without a network: --file\n"
            "and --voices; with --unverified these may be other files, such as a model of your own.\n"
            "Proxies are the environment's (HTTPS_PROXY); settings are models.mirror and models.proxy."
        ),
        example=(
            "utterd models get kokoro\n"
            "  utterd models get kokoro --precision int8 --mirror https://intranet.example/kokoro\n"
            "  utterd models get kokoro --file kokoro-v1.0.onnx --voices voices-v1.0.bin\n"
            "  utterd models get mine --file mine.onnx --voices mine.npz --unverified"
        ),
    )
    add = parser.add_argument
    add("name", metavar="NAME", help="of the catalogue; with both --file and --voices, any name of your own")
    add("--precision", choices=PRECISIONS, help="of the weights: fp32 if left out; fp16 and int8 are smaller files")
    add("--mirror", metavar="URL", help="an address with the same paths as the makers' own pages")
    add("--file", metavar="PATH", help="the model's ONNX file, in place of fetching it")
    add("--voices", metavar="PATH", help="its voices: an NPZ file, a raw NAME.bin, or a folder of these")
    add("--unverified", action="store_true", help="take files that are not the catalogue's: nobody has checked them")
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    try:
        with open_report(as_json=options.json) as report:
            installed = _get(options, report)
    except KeyboardInterrupt:
        raise CommandError(
            Exit.INTERRUPTED, "interrupted; what came is kept, and the same command goes on with it"
        ) from None
    if options.json:
        print(json.dumps({"event": "installed", **asdict(installed), "folder": str(installed.folder)}))
        return Exit.OK
    said = "was installed already" if installed.was_there else "is installed"
    print(f"{installed.name} {said}: {installed.voices} voices, {readable_size(installed.size_bytes)}")
    print(f"  utterd run --model {installed.name}         speaks with it")
    print(f"  utterd models prepare {installed.name}      makes it fast on this machine")
    return Exit.OK


def _get(options: argparse.Namespace, report: Report) -> Installed:
    paths = find_paths()
    settings = load_settings(paths.config_file).models
    store = Store(paths.models)

    def open_downloader() -> "Downloader":
        from utterd.client.models.download import Downloader  # imports requests: 0.3 s for those who fetch

        mirror = settings.mirror if options.mirror is None else options.mirror
        return Downloader(report, mirror=mirror, proxy=settings.proxy)

    means = Means(
        catalogue=load_catalogue(paths.catalogue_file), store=store, watcher=report, open_downloader=open_downloader
    )
    wish = Wish(
        name=options.name,
        precision=options.precision,
        graph=_path(options.file),
        voices=_path(options.voices),
        takes_unverified=options.unverified,
    )
    return install(make_plan(wish, means), store)


def _path(given: str | None) -> Path | None:
    return None if given is None else Path(given)

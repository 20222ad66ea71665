"""The tree in the README, made from the files themselves: `python tests/readme_tree.py` writes it anew."""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
BEGIN, END = "<!-- tree -->\n```\n", "```\n<!-- /tree -->"
_WIDTH = 34
_LINE_WIDTH = 130

_FOLDERS = {
    "config": "utterd.config: what can be set, and where things are",
    "launchd": "utterd.launchd: what launchd gives a service",
    "systemd": "utterd.systemd: what systemd gives a service",
    "client": "utterd.client: the language, and those who speak it from outside",
    "stages": "utterd.stages: text in, sound out, in three processes",
    "daemon": "utterd.daemon: puts the stages together and keeps them alive",
    "bundles": "utterd.bundles: voices that ship with utterd",
    "bench": "measurements: printed figures with their method",
    "training": "the starter voice: teachers, corpus, training, export, and a judge; not installed",
}
_OTHERS = {
    "tests": "one folder a room; end_to_end/ has real processes, sound and clients; rig/ what they need",
    "pyproject.toml": "metadata, folder → package map, every tool's settings",
    "Makefile": "speak, test, dev, check, bench, voice, voice-report",
}


def tree() -> str:
    """Every code file with the first sentence of its docstring."""
    lines: list[str] = []
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for folder, title in _FOLDERS.items():
        lines.append(_line(f"{folder}/", title))
        files = sorted(name for name in tracked if name.startswith(f"{folder}/"))
        lines += _folder_lines(files, depth=1, prefix=f"{folder}/")
    lines += [_line(f"{name}/" if (ROOT / name).is_dir() else name, title) for name, title in _OTHERS.items()]
    return "\n".join(lines) + "\n"


def _folder_lines(files: list[str], *, depth: int, prefix: str) -> list[str]:
    lines: list[str] = []
    own = [name for name in files if "/" not in name.removeprefix(prefix)]
    for name in own:
        base = name.removeprefix(prefix)
        if base not in ("__init__.py", "py.typed"):
            lines.append(_line("  " * depth + base, _about(ROOT / name)))
    for folder in sorted({name.removeprefix(prefix).partition("/")[0] for name in files if name not in own}):
        inner = f"{prefix}{folder}/"
        lines.append(_line("  " * depth + f"{folder}/", _about(ROOT / inner / "__init__.py")))
        lines += _folder_lines([name for name in files if name.startswith(inner)], depth=depth + 1, prefix=inner)
    return lines


def _about(path: Path) -> str:
    """The first sentence of a file's docstring, comment or heading."""
    if not path.exists() or path.suffix in (".onnx", ".npz"):
        return ""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        doc = ast.get_docstring(ast.parse(text)) or ""
        return " ".join(doc.split("\n\n")[0].split())
    if path.suffix in (".c", ".h"):
        comment = text.partition("*/")[0].removeprefix("/*") if text.startswith("/*") else ""
        return " ".join(comment.replace("\n *", " ").split())
    return text.splitlines()[0].lstrip("# ") if text else ""


def _line(name: str, about: str) -> str:
    line = f"{name:<{_WIDTH}}{about}".rstrip()
    return line if len(line) <= _LINE_WIDTH else line[: _LINE_WIDTH - 1].rsplit(" ", 1)[0] + " …"


def write() -> None:
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(before + BEGIN + tree() + END + after, "utf-8")


if __name__ == "__main__":
    write()

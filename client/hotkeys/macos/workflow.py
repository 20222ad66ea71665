"""Quick Actions: bundles of Automator that run a shell command from the Services menu of any program.

The files are as Automator writes them: `Info.plist` says what the menu shows and which text it takes, `document.wflow`
what is run. There is no documentation but Automator's own output.
"""

import uuid
from typing import Any, Final

SHELL_ACTION: Final = "/System/Library/Automator/Run Shell Script.action"

ON_STANDARD_INPUT: Final = 0
"""inputMethod of Run Shell Script: how the selected text is passed; 1 would be as arguments."""

_IDENTITY: Final = uuid.UUID("6b0a9d0c-3b53-4c7e-8a38-7a3f1d1f2f0e")
"""Names below are hashed with it, so that the same Quick Action is the same file each time it is written."""


def info_plist(title: str, *, takes_text: bool) -> dict[str, Any]:
    """Contents/Info.plist.

    Without a CFBundleIdentifier, as Automator's: macOS keeps the key that is set for it under that name, or `(null)`.
    """
    service: dict[str, Any] = {"NSMenuItem": {"default": title}, "NSMessage": "runWorkflowAsService"}
    if takes_text:
        service["NSSendTypes"] = ["public.utf8-plain-text"]
    return {"NSServices": [service]}


def document(title: str, command: str, *, takes_text: bool) -> dict[str, Any]:
    """Contents/document.wflow.

    Args:
        command: for a shell; the selected text is its standard input, if it takes any.
    """
    return {
        "AMApplicationBuild": "523",
        "AMApplicationVersion": "2.10",
        "AMDocumentVersion": "2",
        "actions": [{"action": _shell_action(title, command), "isViewVisible": True}],
        "connectors": {},
        "workflowMetaData": {
            "serviceInputTypeIdentifier": f"com.apple.Automator.{'text' if takes_text else 'nothing'}",
            "serviceOutputTypeIdentifier": "com.apple.Automator.nothing",
            "serviceProcessesInput": 0,
            "workflowTypeIdentifier": "com.apple.Automator.servicesMenu",
        },
    }


def _shell_action(title: str, command: str) -> dict[str, Any]:
    strings = {"Container": "List", "Types": ["com.apple.cocoa.string"]}
    return {
        "AMAccepts": {**strings, "Optional": True},
        "AMActionVersion": "2.0.3",
        "AMApplication": ["Automator"],
        "AMParameterProperties": {name: {} for name in _PARAMETERS},
        "AMProvides": strings,
        "ActionBundlePath": SHELL_ACTION,
        "ActionName": "Run Shell Script",
        "ActionParameters": {
            "COMMAND_STRING": command,
            "CheckedForUserDefaultShell": True,
            "inputMethod": ON_STANDARD_INPUT,
            "shell": "/bin/zsh",
            "source": "",
        },
        "BundleIdentifier": "com.apple.RunShellScript",
        "CFBundleVersion": "2.0.3",
        "CanShowSelectedItemsWhenRun": False,
        "CanShowWhenRun": True,
        "Category": ["AMCategoryUtilities"],
        "Class Name": "RunShellScriptAction",
        "InputUUID": _identifier(title, "input"),
        "Keywords": ["Shell", "Script", "Command", "Run", "Unix"],
        "OutputUUID": _identifier(title, "output"),
        "UUID": _identifier(title, "action"),
        "UnlocalizedApplications": ["Automator"],
        "arguments": {
            str(index): {
                "default value": default,
                "name": name,
                "required": "0",
                "type": "0",
                "uuid": str(index),
            }
            for index, (name, default) in enumerate(_PARAMETERS.items())
        },
        "isViewVisible": True,
        "location": "309.000000:316.000000",
        "nibPath": f"{SHELL_ACTION}/Contents/Resources/Base.lproj/main.nib",
    }


_PARAMETERS: Final[dict[str, Any]] = {
    "inputMethod": 0,
    "source": "",
    "CheckedForUserDefaultShell": False,
    "COMMAND_STRING": "",
    "shell": "/bin/sh",
}
"""Of Run Shell Script, with their defaults."""


def _identifier(title: str, role: str) -> str:
    return str(uuid.uuid5(_IDENTITY, f"{title}/{role}")).upper()

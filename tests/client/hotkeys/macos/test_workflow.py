import plistlib
import uuid
from typing import Any

from utterd.client.hotkeys.macos.workflow import document, info_plist


def action_of(text: dict[str, Any]) -> dict[str, Any]:
    [entry] = text["actions"]
    action = entry["action"]
    assert isinstance(action, dict)
    return action


def test_the_menu_hands_over_text_where_that_is_wanted() -> None:
    assert info_plist("Speak", takes_text=True) == {
        "NSServices": [
            {
                "NSMenuItem": {"default": "Speak"},
                "NSMessage": "runWorkflowAsService",
                "NSSendTypes": ["public.utf8-plain-text"],
            }
        ]
    }
    [service] = info_plist("Stop", takes_text=False)["NSServices"]
    assert "NSSendTypes" not in service


def test_the_workflow_is_one_shell_script_with_the_text_on_standard_input() -> None:
    made = document("Speak", "exec /bin/utterd selection", takes_text=True)
    assert made["AMDocumentVersion"] == "2"
    assert made["connectors"] == {}
    assert made["workflowMetaData"] == {
        "workflowTypeIdentifier": "com.apple.Automator.servicesMenu",
        "serviceInputTypeIdentifier": "com.apple.Automator.text",
        "serviceOutputTypeIdentifier": "com.apple.Automator.nothing",
        "serviceProcessesInput": 0,
    }
    action = action_of(made)
    assert action["BundleIdentifier"] == "com.apple.RunShellScript"
    assert action["ActionParameters"] == {
        "COMMAND_STRING": "exec /bin/utterd selection",
        "CheckedForUserDefaultShell": True,
        "inputMethod": 0,
        "shell": "/bin/zsh",
        "source": "",
    }
    assert {entry["name"] for entry in action["arguments"].values()} == set(action["ActionParameters"])


def test_one_without_text_takes_none() -> None:
    metadata = document("Stop", "x", takes_text=False)["workflowMetaData"]
    assert metadata["serviceInputTypeIdentifier"] == "com.apple.Automator.nothing"


def test_the_same_title_is_the_same_file_and_another_has_other_identifiers() -> None:
    def identifiers(title: str) -> list[str]:
        action = action_of(document(title, "x", takes_text=True))
        return [action[name] for name in ("UUID", "InputUUID", "OutputUUID")]

    assert identifiers("Speak") == identifiers("Speak")
    every = identifiers("Speak") + identifiers("Stop")
    assert len(set(every)) == 6
    assert all(str(uuid.UUID(identifier)).upper() == identifier for identifier in every)


def test_both_files_are_property_lists_that_read_back_as_they_were_written() -> None:
    for text in (info_plist("a & b <c>", takes_text=True), document("a & b", 'exec "x" && <y>', takes_text=True)):
        assert plistlib.loads(plistlib.dumps(text)) == text

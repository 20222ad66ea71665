"""What a LaunchAgent's property list may hold: every key of launchd.plist(5), its type, and what we demand beyond it.

`launchd` itself says nothing of a wrong type: it ignores the key, or the whole file.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

STRING, BOOL, INTEGER = "string", "boolean", "integer"
STRINGS = "array of strings"
STRINGS_BY_NAME = "dictionary of strings"
BOOLS_BY_NAME = "dictionary of booleans"
BOOL_OR_DICT = "boolean or dictionary"
STRING_OR_STRINGS = "string or array of strings"
INTEGER_OR_STRING = "integer or string"
DICTIONARY = "dictionary"
DICTIONARIES = "dictionary or array of dictionaries"
ANY = "anything"

KEYS: Mapping[str, str] = {
    "Label": STRING, "Disabled": BOOL, "UserName": STRING, "GroupName": STRING, "inetdCompatibility": DICTIONARY,
    "LimitLoadToHosts": STRINGS, "LimitLoadFromHosts": STRINGS, "LimitLoadToSessionType": STRING_OR_STRINGS,
    "LimitLoadToHardware": DICTIONARY, "LimitLoadFromHardware": DICTIONARY, "Program": STRING,
    "BundleProgram": STRING, "ProgramArguments": STRINGS, "EnableGlobbing": BOOL,
    "EnableTransactions": BOOL, "EnablePressuredExit": BOOL, "OnDemand": BOOL,
    "ServiceIPC": BOOL, "KeepAlive": BOOL_OR_DICT, "RunAtLoad": BOOL, "RootDirectory": STRING,
    "WorkingDirectory": STRING, "EnvironmentVariables": STRINGS_BY_NAME, "Umask": INTEGER_OR_STRING,
    "TimeOut": INTEGER, "ExitTimeOut": INTEGER, "ThrottleInterval": INTEGER, "InitGroups": BOOL,
    "WatchPaths": STRINGS, "QueueDirectories": STRINGS, "StartOnMount": BOOL, "StartInterval": INTEGER,
    "StartCalendarInterval": DICTIONARIES, "StandardInPath": STRING, "StandardOutPath": STRING,
    "StandardErrorPath": STRING, "Debug": BOOL, "WaitForDebugger": BOOL, "SoftResourceLimits": DICTIONARY,
    "HardResourceLimits": DICTIONARY, "Nice": INTEGER, "ProcessType": STRING, "AbandonProcessGroup": BOOL,
    "LowPriorityIO": BOOL, "LowPriorityBackgroundIO": BOOL, "MaterializeDatalessFiles": BOOL,
    "LaunchOnlyOnce": BOOL, "MachServices": DICTIONARY, "Sockets": DICTIONARY, "LaunchEvents": DICTIONARY,
    "HopefullyExitsLast": STRING, "HopefullyExitsFirst": STRING, "SessionCreate": BOOL, "LegacyTimers": BOOL,
    "AssociatedBundleIdentifiers": STRING_OR_STRINGS,
}  # fmt: skip

KEEP_ALIVE: Mapping[str, str] = {
    "SuccessfulExit": BOOL, "Crashed": BOOL, "NetworkState": BOOL, "PathState": BOOLS_BY_NAME,
    "OtherJobEnabled": BOOLS_BY_NAME,
}  # fmt: skip

SOCKET: Mapping[str, str] = {
    "SockType": STRING, "SockPassive": BOOL, "SockNodeName": STRING, "SockServiceName": INTEGER_OR_STRING,
    "SockFamily": STRING, "SockProtocol": STRING, "SockPathName": STRING, "SecureSocketWithKey": STRING,
    "SockPathOwner": INTEGER, "SockPathGroup": INTEGER, "SockPathMode": INTEGER, "Bonjour": ANY,
    "MulticastGroup": STRING,
}  # fmt: skip

LIMITS: Mapping[str, str] = dict.fromkeys(
    ("Core", "CPU", "Data", "FileSize", "MemoryLock", "NumberOfFiles", "NumberOfProcesses", "ResidentSetSize", "Stack"),
    INTEGER,
)

VALUES: Mapping[str, frozenset[str]] = {
    "ProcessType": frozenset({"Interactive"}),
    "LimitLoadToSessionType": frozenset({"Aqua"}),
    "SockType": frozenset({"stream", "dgram", "seqpacket"}),
}
"""Of the first, launchd knows Background, Standard and Adaptive too: these are slower, or on the slow cores."""

HARMFUL: Mapping[str, str] = {
    "EnableTransactions": "kills a process that holds no transaction",
    "EnablePressuredExit": "kills it where memory is short",
    "Program": "ProgramArguments says it",
    "OnDemand": "is an old name for KeepAlive",
    "Nice": "an agent may not go below 0",
    "LowPriorityIO": "slows the disk down",
    "NetworkState": "is no longer implemented",
    "OtherJobEnabled": "is discouraged",
}

SOCKET_PATH_LIMIT_BYTES = 103
"""sun_path without its terminating zero."""


def faults(agent: object, file_name: str) -> list[str]:
    """What is wrong with a property list; nothing, if all is well."""
    if not isinstance(agent, dict):
        return ["it is no dictionary"]
    return [*_table("", agent, KEYS), *_required(agent, file_name), *_paths(agent), *_nested(agent)]


def _table(place: str, found: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[str]:
    for key, value in found.items():
        if key not in known:
            yield f"{place}{key}: no such key"
        elif not _fits(value, known[key]):
            yield f"{place}{key}: {value!r} is no {known[key]}"
        elif key in VALUES and value not in VALUES[key]:
            yield f"{place}{key}: {value!r} is none of {', '.join(sorted(VALUES[key]))}"
        if key in HARMFUL:
            yield f"{place}{key}: {HARMFUL[key]}"


def _fits(value: Any, kind: str) -> bool:
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    is_strings = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return {
        STRING: isinstance(value, str),
        BOOL: isinstance(value, bool),
        INTEGER: is_integer,
        STRINGS: is_strings,
        STRINGS_BY_NAME: isinstance(value, dict) and all(isinstance(item, str) for item in value.values()),
        BOOLS_BY_NAME: isinstance(value, dict) and all(isinstance(item, bool) for item in value.values()),
        BOOL_OR_DICT: isinstance(value, bool | dict),
        STRING_OR_STRINGS: isinstance(value, str) or is_strings,
        INTEGER_OR_STRING: is_integer or isinstance(value, str),
        DICTIONARY: isinstance(value, dict),
        DICTIONARIES: isinstance(value, dict | list),
        ANY: True,
    }[kind]


def _required(agent: Mapping[str, Any], file_name: str) -> Iterator[str]:
    if f"{agent.get('Label')}.plist" != file_name:
        yield f"Label: {agent.get('Label')!r} is not the name of {file_name}"
    if not agent.get("ProgramArguments"):
        yield "ProgramArguments: there are none"
    if agent.get("ExitTimeOut") == 0:
        yield "ExitTimeOut: 0 waits for ever"
    if isinstance(umask := agent.get("Umask"), str) and not umask.startswith("0"):
        yield f"Umask: the string {umask!r} is read as decimal without a leading 0"


def _paths(agent: Mapping[str, Any]) -> Iterator[str]:
    named = {key: agent[key] for key in agent if key.endswith(("Path", "Directory"))}
    if arguments := agent.get("ProgramArguments"):
        named["ProgramArguments[0]"] = arguments[0]
    for key, value in named.items():
        if isinstance(value, str) and not PurePosixPath(value).is_absolute():
            yield f"{key}: {value!r} is not absolute"
        if isinstance(value, str) and ("~" in value or "$" in value):
            yield f"{key}: {value!r} is not expanded by anybody"


def _nested(agent: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(keep_alive := agent.get("KeepAlive"), dict):
        yield from _table("KeepAlive.", keep_alive, KEEP_ALIVE)
    for key in ("SoftResourceLimits", "HardResourceLimits"):
        if isinstance(limits := agent.get(key), dict):
            yield from _table(f"{key}.", limits, LIMITS)
    sockets = agent.get("Sockets")
    for name, entry in sockets.items() if isinstance(sockets, dict) else ():
        if not isinstance(entry, dict):
            yield f"Sockets.{name}: {entry!r} is no dictionary"
            continue
        yield from _table(f"Sockets.{name}.", entry, SOCKET)
        yield from _socket(f"Sockets.{name}.", entry)


def _socket(place: str, entry: Mapping[str, Any]) -> Iterator[str]:
    path = entry.get("SockPathName")
    if isinstance(path, str) and not path.startswith("/"):
        yield f"{place}SockPathName: {path!r} is not absolute"
    if isinstance(path, str) and len(path.encode()) > SOCKET_PATH_LIMIT_BYTES:
        yield f"{place}SockPathName: longer than {SOCKET_PATH_LIMIT_BYTES} bytes"
    mode = entry.get("SockPathMode")
    if isinstance(mode, int) and mode & 0o077:
        yield f"{place}SockPathMode: {mode} is {mode:o}, which lets others in"

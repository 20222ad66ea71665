"""Addresses of the web: whether one is one, and how it is shown to people."""

from urllib.parse import urlsplit


def is_address(text: str) -> bool:
    """Of something on the web, as `https://host/folder`."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def shown(address: str) -> str:
    """Without what nobody else should see of it: a password, a signature."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{host_of(address)}{parts.path}"


def host_of(address: str) -> str:
    """With its port, if that is given."""
    return urlsplit(address).netloc.rpartition("@")[2]

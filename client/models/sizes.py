"""Sizes for people."""


def readable_size(size_bytes: float) -> str:
    """As the makers of disks count: "325 MB", "1.9 MB", "17 kB", "512 B"."""
    if size_bytes >= 10e6:
        return f"{size_bytes / 1e6:.0f} MB"
    if size_bytes >= 1e6:
        return f"{size_bytes / 1e6:.1f} MB"
    return f"{size_bytes / 1e3:.0f} kB" if size_bytes >= 1e3 else f"{int(size_bytes)} B"

"""Keys on macOS: Quick Actions of the Services menu, an agent with Carbon's hotkeys, snippets for other programs."""

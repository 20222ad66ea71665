"""What shells complete and `man` shows: made from the commands' own parsers by tests/shell_documents.py."""

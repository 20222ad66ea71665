"""A daemon that starts well or badly, on order: `python troubled_daemon.py ORDER --ready-fd N`.

Listens at UTTERD_SOCKET until its first caller hangs up. Orders: "good" says it is ready; "crash" dies without a
word; "complain" says why it will not start; "rival" finds another daemon; "mute" never says anything.
"""

import os
import signal
import socket
import sys


def main(order: str, ready_fd: int) -> None:
    print(f"troubled daemon, order {order}, session {os.getsid(0) == os.getpid()}", flush=True)
    if order == "crash":
        sys.exit(7)
    with socket.socket(socket.AF_UNIX) as listener, os.fdopen(ready_fd, "wb", buffering=0) as ready:
        if order == "complain":
            ready.write("the model is broken: run `utterd doctor` – now\n".encode())
        elif order == "rival":
            ready.write(b"another daemon runs already\n")
        elif order == "mute":
            signal.pause()
        elif order == "good":
            listener.bind(os.environ["UTTERD_SOCKET"])
            listener.listen()
            ready.write(b"ready\n")
            ready.close()
            caller, _ = listener.accept()
            with caller:
                caller.recv(1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[sys.argv.index("--ready-fd") + 1]))

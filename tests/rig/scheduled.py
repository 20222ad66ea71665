"""What a kernel and rtkit really grant: `utterd.stages.scheduling` called in a process of its own, as any user."""

import json
import subprocess
import sys
from typing import Any

NOBODY = 65534
"""The user without privileges of every Linux."""

NO_BUS = "unix:path=/nonexistent/bus"

PROGRAM = """
import json, os, resource, sys, threading
from utterd.stages import scheduling
from utterd.stages.scheduling import linux, rtkit  # while the modules can still be read

try:
    import jeepney.io.blocking
except ImportError:
    pass
verb, user, bus = sys.argv[1], int(sys.argv[2]), sys.argv[3]
os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = bus
if user:
    resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
    resource.setrlimit(resource.RLIMIT_NICE, (0, 0))
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
answer = {}

def work():
    report = getattr(scheduling, verb)()
    thread = threading.get_native_id()
    answer.update(
        asked=report.asked, granted=report.granted, refused=report.refused, policy=os.sched_getscheduler(thread),
        priority=os.sched_getparam(thread).sched_priority, nice=os.getpriority(os.PRIO_PROCESS, thread),
    )
    child = threading.Thread(target=lambda: answer.update(child=os.sched_getscheduler(threading.get_native_id())))
    child.start()
    child.join()

thread = threading.Thread(target=work)
thread.start()
thread.join()
answer["main"] = os.sched_getscheduler(0)
answer["limit"] = resource.getrlimit(resource.RLIMIT_RTTIME)
print(json.dumps(answer))
"""


def ask_scheduling(verb: str, *, user: int = 0, bus: str = NO_BUS, prefix: tuple[str, ...] = ()) -> dict[str, Any]:
    """Call a verb of `utterd.stages.scheduling` on a thread, and look at what has become of it.

    Args:
        bus: the address of the system bus.
        prefix: a program that starts the process, such as chrt.
    """
    command = [*prefix, sys.executable, "-c", PROGRAM, verb, str(user), bus]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer

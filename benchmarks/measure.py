"""What a command costs, and which machine it ran on."""

from __future__ import annotations

import json
import os
import platform
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parents[1]

Command = Sequence[str | Path]


class Cost(NamedTuple):
    cpu_s: float  # user and system, with all processes that it started
    wall_s: float
    peak_mb: float  # of its largest process


def cost(*commands: Command, cores: set[int] | None = None) -> Cost:
    """Runs the commands side by side, on some of the cores if they are named, and waits for all.

    @throws RuntimeError with the end of its standard error if one fails
    """
    # A process begins with the memory of the one that starts it, and the system counts that too: so a small one starts them.
    asked = json.dumps({"commands": [[str(part) for part in command] for command in commands], "cores": sorted(cores or [])})
    ran = subprocess.run([sys.executable, "-S", __file__], input=asked, capture_output=True, text=True, check=False, env=os.environ | {"OMP_NUM_THREADS": "1"})
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr[-1000:])
    return Cost(**json.loads(ran.stdout))


def run(commands: list[list[str]], cores: list[int]) -> Cost:
    """As `cost`, in this process, which must be a small one that has started nothing yet."""
    if cores:
        os.sched_setaffinity(0, cores)
    start = time.perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    statuses = [process.wait() for process in running]
    wall = time.perf_counter() - start
    for command, status in zip(commands, statuses, strict=True):
        if status not in (0, 3):  # 3: the gate refused the image, which is a result
            sys.exit(f"{' '.join(command)} ended with {status}")
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def cores() -> int:
    return len(os.sched_getaffinity(0))


def processor() -> str:
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return names[0] if names else platform.machine()


def gpus() -> list[str]:
    """The names of the NVIDIA GPUs, in the order of their numbers."""
    try:
        query = subprocess.run(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return []
    return query.stdout.splitlines()


def machine() -> dict:
    """What the machine is, and how busy it was before anything ran."""
    memory = int(re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text(encoding="utf-8"))[1])
    return {
        "processor": processor(), "cores": cores(), "memory_gb": round(memory / 2**20), "system": platform.freedesktop_os_release()["PRETTY_NAME"],
        "gpus": gpus(), "load_before": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    print(json.dumps(run(**json.load(sys.stdin))._asdict()))

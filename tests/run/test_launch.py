"""Looking at processes that are not our children."""

import platform
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cdp.run import launch

EXIT_OF_A_THREAD = {"x86_64": 60, "aarch64": 93}.get(platform.machine())
HALF_ENDED = f"""
import ctypes, socket, threading, time
server = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=time.sleep, args=(600,)).start()
print(server.getsockname()[1], flush=True)
ctypes.CDLL(None).syscall({EXIT_OF_A_THREAD}, 0)  # the first thread only
"""


@pytest.mark.skipif(sys.platform != "linux" or EXIT_OF_A_THREAD is None, reason="speaks to the kernel of Linux")
def test_a_process_that_is_half_ended_holds_its_port_and_is_ended_before_we_go_on() -> None:
    process = subprocess.Popen([sys.executable, "-c", HALF_ENDED], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        stat = Path(f"/proc/{process.pid}/stat")
        assert launch.wait_until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z", seconds=60)
        assert launch.identity(process.pid)
        launch.end_stranger(process.pid, ())
        assert launch.identity(process.pid) is None
        socket.create_server(("127.0.0.1", port)).close()
    finally:
        process.kill()
        process.communicate()

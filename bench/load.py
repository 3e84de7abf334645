"""A load generator that costs little: one process, one epoll, prepared bytes, keep-alive connections."""

import contextlib
import select
import socket
import time
from collections.abc import Callable

_HEADERS_END = b"\r\n\r\n"


class Refused(Exception):
    """An answer that was not the one that was expected."""


def run(
    port: int,
    request: Callable[[int], bytes],
    *,
    clients: int,
    seconds: float,
    first: int = 0,
    status: int = 200,
    times: list[float] | None = None,
) -> tuple[int, float]:
    """Ask for `seconds` on `clients` connections, each with one request at a time; (answers, seconds it took).

    `request(n)` gives the bytes of the n-th request, counted from `first`; `times` takes how long each waited for its
    answer. Raises Refused for an answer that has another status.
    """
    with contextlib.ExitStack() as stack:
        poll = stack.enter_context(select.epoll())
        sockets = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(clients)]
        expected = b"HTTP/1.1 %d" % status
        return _run(poll, {one.fileno(): one for one in sockets}, request, seconds, first, expected, times)


def _run(
    poll: select.epoll,
    sockets: dict[int, socket.socket],
    request: Callable[[int], bytes],
    seconds: float,
    first: int,
    expected: bytes,
    times: list[float] | None,
) -> tuple[int, float]:
    asked: dict[int, float] = {}
    left: dict[int, bytes] = {}
    heard: dict[int, bytes] = {}
    number = first
    for descriptor, one in sockets.items():
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.setblocking(False)
        heard[descriptor] = b""
        left[descriptor] = request(number)
        asked[descriptor] = time.perf_counter()
        number += 1
        poll.register(one, select.EPOLLOUT)
    started = time.perf_counter()
    ends = started + seconds
    answers = 0
    busy = len(sockets)
    while busy:
        for descriptor, event in poll.poll(5):
            one = sockets[descriptor]
            if event & select.EPOLLOUT:
                rest = left[descriptor]
                rest = rest[one.send(rest) :]
                left[descriptor] = rest
                if not rest:
                    poll.modify(descriptor, select.EPOLLIN)
                continue
            data = heard[descriptor] + one.recv(65536)
            if not _is_whole(data):
                heard[descriptor] = data
                continue
            if not data.startswith(expected):
                raise Refused(data[:300])
            answers += 1
            if times is not None:
                times.append(time.perf_counter() - asked[descriptor])
            heard[descriptor] = b""
            if time.perf_counter() >= ends:
                poll.unregister(descriptor)
                busy -= 1
                continue
            whole = request(number)
            number += 1
            asked[descriptor] = time.perf_counter()
            sent = _send(one, whole)
            if sent < len(whole):
                left[descriptor] = whole[sent:]
                poll.modify(descriptor, select.EPOLLOUT)
    return answers, time.perf_counter() - started


def _send(one: socket.socket, data: bytes) -> int:
    try:
        return one.send(data)
    except BlockingIOError:
        return 0


def _is_whole(data: bytes) -> bool:
    head, found, body = data.partition(_HEADERS_END)
    if not found:
        return False
    place = head.lower().find(b"content-length:")
    return place < 0 or len(body) >= int(head[place + 15 :].split(b"\r\n", 1)[0])

"""The load of a benchmark: every request is answered once, and a wrong answer ends the load."""

import socket
from threading import Thread
from urllib.parse import urlsplit

import pytest

from bench.figures import BenchFailed
from bench.load.wires import Wanted, as_many_as_are_taken, at_times, evenly
from testing.listener import Listener, listener

POSTED = "POST /{0} HTTP/1.1\r\nHost: line.example\r\nContent-Length: 2\r\n\r\nhi"


def posts(count: int, answer: bytes = b"") -> list[Wanted]:
    return [Wanted(POSTED.format(number).encode(), answer) for number in range(count)]


def port_of(server: Listener) -> int:
    return urlsplit(server.url).port or 0


def test_every_request_is_answered_once_also_where_each_connection_is_closed() -> None:
    with listener() as server:
        course = as_many_as_are_taken(port_of(server), posts(50), 4)
        assert sorted(server.posts) == sorted((f"/{number}", b"hi") for number in range(50))
    assert (len(course.at), course.gave_up) == (50, False)
    assert min(course.waited) > 0


def test_every_request_is_sent_when_it_is_due_and_not_before() -> None:
    with listener() as server:
        course = at_times(port_of(server), posts(10), evenly(10, 100))
        paths = [path for path, _ in server.posts]
    assert paths == [f"/{number}" for number in range(10)]
    assert course.seconds >= 0.09


def test_connections_are_kept_where_the_server_keeps_them() -> None:
    taken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            wire, _ = server.accept()
            with wire:
                for _ in range(5):
                    taken.append(wire.recv(4096))
                    wire.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n")
                    wire.sendall(b"yes")

        thread = Thread(target=serve)
        thread.start()
        as_many_as_are_taken(server.getsockname()[1], posts(5, b"yes"), 1)
        thread.join()
    assert taken == [each.request for each in posts(5)]


def test_a_refusal_ends_the_load() -> None:
    with listener() as server:
        server.status = 403
        with pytest.raises(BenchFailed, match="403"):
            as_many_as_are_taken(port_of(server), posts(3))


def test_an_answer_without_what_was_wanted_ends_the_load() -> None:
    with listener() as server:
        server.answer = b"We could not write it down."
        with pytest.raises(BenchFailed, match="could not"):
            at_times(port_of(server), posts(3, b"reference"), evenly(3, 1000))


def test_a_connection_that_breaks_off_ends_the_load() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def leave() -> None:
            wire, _ = server.accept()
            wire.recv(4096)
            wire.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\nhalf")
            wire.close()

        thread = Thread(target=leave)
        thread.start()
        with pytest.raises(BenchFailed, match="broke off"):
            as_many_as_are_taken(server.getsockname()[1], posts(1))
        thread.join()


def test_nobody_there_ends_the_load() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(BenchFailed, match="nobody"):
        as_many_as_are_taken(port, posts(1))

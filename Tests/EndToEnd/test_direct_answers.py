"""Requests that are answered on the event loop look to a client like all others."""

import json
import re
import socket

import pytest
from test_realtime import Live


@pytest.fixture(scope="module")
def live(palate):
    return Live(palate, "direct")


class Wire:
    """One connection, with requests and answers as bytes."""

    def __init__(self, live):
        self.live = live
        self.socket = socket.create_connection(("127.0.0.1", live.server.port), timeout=20)
        self.received = b""

    def request(self, body, *headers, path="/recommendations"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *headers]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def answer(self):
        while b"\r\n\r\n" not in self.received:
            self.receive()
        head, _, rest = self.received.partition(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head, re.I).group(1))
        self.received = rest
        while len(self.received) < length:
            self.receive()
        body, self.received = self.received[:length], self.received[length:]
        names = {line.split(b":")[0].lower() for line in head.split(b"\r\n")[1:]}
        return int(head.split()[1]), names, json.loads(body)

    def receive(self):
        data = self.socket.recv(65536)
        assert data, "the server closed the connection"
        self.received += data


def asked(live, user="u1", **more):
    return {"campaignArn": live.campaign, "userId": user, "numResults": 5, **more}


def long(body):
    """The same request in words that are not read on the short way: an escape in a string."""
    escaped = re.sub('"userId": "(.)', lambda found: f'"userId": "\\u{ord(found[1]):04x}', json.dumps(body))
    return escaped.encode()


def asked_in_every_way(live):
    unseen = live.filter("unseen", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')
    chosen = live.filter("chosen", "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($TYPE)")
    yield asked(live)
    yield asked(live, context={})
    yield asked(live, filterArn=unseen)
    yield asked(live, filterArn=chosen, filterValues={"TYPE": '"watch"'})


def test_both_ways_give_the_same(live):
    wire = Wire(live)
    for body in asked_in_every_way(live):
        # The first request with a filter looks it up.
        wire.socket.sendall(wire.request(body) + wire.request(body) + wire.request(long(body)))
        answers = [wire.answer() for _ in range(3)]
        assert [answer[0] for answer in answers] == [200] * 3
        for answer in answers:
            assert answer[1] == answers[0][1]
            assert answer[2]["itemList"] == answers[0][2]["itemList"] and answer[2]["itemList"]
            assert set(answer[2]) == set(answers[0][2])
        assert len({answer[2]["recommendationId"] for answer in answers}) == 3


def test_a_deleted_filter_is_gone_at_once(live):
    wire = Wire(live)
    arn = live.filter("gone", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")')
    body = asked(live, filterArn=arn)
    wire.socket.sendall(wire.request(body) + wire.request(body))
    assert [wire.answer()[0] for _ in range(2)] == [200, 200]
    live.server.client("personalize").delete_filter(filterArn=arn)
    wire.socket.sendall(wire.request(body))
    assert wire.answer()[0] in (400, 404)


def test_answers_come_in_the_order_of_requests(live):
    wire = Wire(live)
    users = [f"u{number}" for number in range(12)]
    requests = [
        wire.request(long(asked(live, user)) if number % 3 == 0 else asked(live, user))
        for number, user in enumerate(users)
    ]
    wire.socket.sendall(b"".join(requests))
    for user in users:
        status, _, body = wire.answer()
        assert status == 200
        assert [item["itemId"] for item in body["itemList"]] == live.items(user, 5)


def test_who_does_not_read_is_not_read_from(live):
    wire = Wire(live)
    requests = wire.request(asked(live) | {"numResults": 25}) * 100
    wire.socket.settimeout(2)
    sent, limit = 0, 64 << 20
    with pytest.raises(TimeoutError):
        while sent < limit:
            sent += wire.socket.send(requests[sent % len(requests) :])
    wire.socket.settimeout(20)
    for _ in range(50):
        assert wire.answer()[0] == 200
    # Others are answered meanwhile.
    assert live.items("u1", 5)


def test_a_request_may_come_in_pieces(live):
    wire = Wire(live)
    for byte in wire.request(asked(live)):
        wire.socket.sendall(bytes([byte]))
    assert wire.answer()[0] == 200
    chunked = b"POST /recommendations HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = json.dumps(asked(live)).encode()
    wire.socket.sendall(chunked + b"%x\r\n" % 10 + body[:10] + b"\r\n" + b"%x\r\n" % (len(body) - 10) + body[10:] + b"\r\n0\r\n\r\n")
    assert wire.answer()[0] == 200


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b'{"userId":"u1"}', b'{"campaignArn":"x"}', b'{"campaignArn":1}', b'{"numResults":501}',
    b'{"numResults":-1}', b" " * 20_000, b'{"userId":"' + b"x" * 20_000 + b'"}',
], ids=[
    "empty", "open", "list", "no campaign", "no ARN", "a number", "too many", "too few", "long space", "long text",
])
def test_mistakes_are_told_as_ever(live, body):
    wire = Wire(live)
    wire.socket.sendall(wire.request(body) + wire.request(asked(live)))
    status, names, answer = wire.answer()
    assert status == 400 and b"x-amzn-errortype" in names and answer["message"]
    assert wire.answer()[0] == 200


def test_a_client_that_closes_gets_its_answer_first(live):
    wire = Wire(live)
    wire.socket.sendall(wire.request(asked(live), "Connection: close"))
    assert wire.answer()[0] == 200
    assert wire.socket.recv(1) == b""
    unfinished = Wire(live)
    unfinished.socket.sendall(wire.request(asked(live))[:-5])
    unfinished.socket.shutdown(socket.SHUT_WR)
    assert b"400" in unfinished.socket.recv(65536).split(b"\r\n")[0]


def test_an_expected_continue_is_answered(live):
    wire = Wire(live)
    whole = wire.request(asked(live), "Expect: 100-continue")
    head = whole[: whole.index(b"\r\n\r\n") + 4]
    wire.socket.sendall(head)
    assert wire.socket.recv(65536).startswith(b"HTTP/1.1 100")
    wire.socket.sendall(whole[len(head):])
    assert wire.answer()[0] == 200


def test_an_event_is_in_the_next_short_answer(live):
    before = live.items("reader", 5)
    live.put("i7", user="reader")
    assert live.items("reader", 5) != before
    wire = Wire(live)
    wire.socket.sendall(wire.request(long(asked(live, "reader"))))
    assert [item["itemId"] for item in wire.answer()[2]["itemList"]] == live.items("reader", 5)

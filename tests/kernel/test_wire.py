"""The wire: envelopes, signatures, statuses, what must be tolerated. Needs no Python to run."""
from __future__ import annotations

import socket
import time

import pytest
import zmq
from front_end import FrontEnd, kinds


def test_kernel_info_on_both_channels(kernel: FrontEnd) -> None:
    for channel in ("shell", "control"):
        info = kernel.ask(channel, "kernel_info_request")["content"]
        assert info["status"] == "ok" and info["protocol_version"] == "5.5"
        assert info["language_info"]["name"] == "python" and info["language_info"]["file_extension"] == ".py"
        assert info["supported_features"] == []


def test_header_of_a_reply(kernel: FrontEnd) -> None:
    header = kernel.ask("shell", "kernel_info_request")["header"]
    assert {"msg_id", "session", "username", "date", "msg_type", "version"} <= set(header)
    assert header["session"] != kernel.session.session and header["version"] == "5.5"


def test_parent_header_comes_back_whole(kernel: FrontEnd) -> None:
    extra = {"x_list": [1, {"é": None}], "x_big": 2**70}
    msg_id = kernel.send("shell", "kernel_info_request", extra)
    for message in (kernel.reply(msg_id), *kernel.published(msg_id)):
        assert {k: message["parent_header"].get(k) for k in extra} == extra, message["msg_type"]


@pytest.mark.parametrize(("channel", "msg_type", "content"), [
    ("shell", "kernel_info_request", {}),
    ("shell", "comm_info_request", {}),
    ("shell", "history_request", {"output": False, "raw": True, "hist_access_type": "tail", "n": 1}),
    ("shell", "is_complete_request", {"code": "1"}),
    ("shell", "complete_request", {"code": "pri", "cursor_pos": 3}),
    ("shell", "inspect_request", {"code": "print", "cursor_pos": 3, "detail_level": 0}),
    ("control", "kernel_info_request", {}),
    ("control", "interrupt_request", {}),
    ("control", "usage_request", {}),
    ("control", "debug_request", {"type": "request", "seq": 1, "command": "debugInfo"}),
    ("control", "create_subshell_request", {}),
])
def test_busy_then_idle_around_every_request(kernel: FrontEnd, channel: str, msg_type: str, content: dict) -> None:
    msg_id = kernel.send(channel, msg_type, **content)
    assert kernel.reply(msg_id, channel)["msg_type"] == msg_type.replace("_request", "_reply")
    assert kinds(kernel.published(msg_id)) == ["busy", "idle"]


def test_wrong_signatures_and_garbage_are_dropped(kernel: FrontEnd) -> None:
    shell = kernel.sockets["shell"]
    frames = kernel.raw_request("forged = 1")
    at = frames.index(b"<IDS|MSG>")
    forged = [*frames[:at + 1], b"0" * 64, *frames[at + 2:]]
    changed = [*frames[:-1], frames[-1].replace(b"forged", b"FORGED")]
    unsigned = [*frames[:at + 1], b"", *frames[at + 2:]]
    header = [b"<IDS|MSG>", kernel.session.sign([b"[]", b"{}", b"{}", b"{}"]), b"[]", b"{}", b"{}", b"{}"]
    for bad in (forged, changed, unsigned, header, [b""], [b"junk"], [b"<IDS|MSG>"], [b"<IDS|MSG>", b"\xff", b"{"], frames[:-1]):
        shell.send_multipart(bad)
        kernel.sockets["control"].send_multipart(bad)
        kernel.sockets["stdin"].send_multipart(bad)
    assert kernel.ask("shell", "kernel_info_request")["content"]["status"] == "ok"
    assert kernel.ask("control", "kernel_info_request")["content"]["status"] == "ok"
    assert not [m for m in kernel.kept["shell"] if m["msg_type"] == "execute_reply"], "ran an unsigned cell"


@pytest.mark.parametrize("msg_type", ["execute", "complete", "inspect", "is_complete", "history"])
def test_content_that_is_not_the_protocols(kernel: FrontEnd, msg_type: str) -> None:
    reply = kernel.ask("shell", f"{msg_type}_request", code=17, hist_access_type=4)
    assert reply["msg_type"] == f"{msg_type}_reply" and reply["content"]["status"] == "error"
    assert kernel.ask("shell", "kernel_info_request")["content"]["status"] == "ok"


def test_connections_that_do_not_speak_zeromq(kernel: FrontEnd) -> None:
    open_ones = []
    for channel in ("shell", "iopub", "stdin", "control", "hb"):
        for said in (b"GET / HTTP/1.1\r\n\r\n" * 9, b"\xff" * 100, b"", b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL" + b"\0" * 48 + b"\xff" * 20):
            s = socket.create_connection(("127.0.0.1", kernel.connection[f"{channel}_port"]))
            s.sendall(said)
            open_ones.append(s)
    time.sleep(0.2)
    for channel in ("shell", "control"):
        assert kernel.ask(channel, "kernel_info_request")["content"]["status"] == "ok"
    for s in open_ones:
        s.close()
    kernel.published(kernel.send("shell", "kernel_info_request"))
    kernel.sockets["hb"].send(b"still there")
    assert kernel.sockets["hb"].poll(2000) and kernel.sockets["hb"].recv() == b"still there"


def test_unknown_messages_are_ignored(kernel: FrontEnd) -> None:
    for channel in ("shell", "control", "stdin"):
        kernel.send(channel, "no_such_request", a=1)
    assert kernel.ask("shell", "kernel_info_request")["content"]["status"] == "ok"


def test_no_key_no_signatures() -> None:
    f = FrontEnd(key="")
    try:
        assert f.ask("shell", "kernel_info_request")["content"]["status"] == "ok"
    finally:
        f.close()


def test_ipc() -> None:
    f = FrontEnd(transport="ipc")
    try:
        msg_id = f.send("shell", "kernel_info_request")
        f.reply(msg_id)
        f.ask("control", "shutdown_request", restart=False)
        assert f.process.wait(5) == 0
    finally:
        f.close()


def test_heartbeat(kernel: FrontEnd) -> None:
    hb = kernel.sockets["hb"]
    for ping in (b"ping", b"", b"\x00\xff", b"x" * 100_000):
        hb.send(ping)
        assert hb.poll(2000) and hb.recv() == ping


def test_welcome_is_the_first_message_of_each_subscriber(kernel: FrontEnd) -> None:
    for topic in (b"", b"kernel."):
        s = kernel.connect("iopub", zmq.SUB)
        s.subscribe(topic)
        assert s.poll(5000)
        _, frames = kernel.session.feed_identities(s.recv_multipart())
        welcome = kernel.session.deserialize(frames)
        assert welcome["msg_type"] == "iopub_welcome" and welcome["parent_header"] == {}
        assert welcome["content"] == {"subscription": topic.decode()}
        s.close(0)


def test_starting_is_said_once_and_first(fresh: FrontEnd) -> None:
    fresh.published(fresh.send("shell", "kernel_info_request"))
    said = kinds(fresh.kept["iopub"])
    assert said[0] == "iopub_welcome" and said.count("iopub_welcome") == 1
    assert said.count("starting") <= 1 and "starting" not in said[2:]
    assert all(m["parent_header"] is not None for m in fresh.kept["iopub"])


def test_second_client_and_reconnecting_identity(kernel: FrontEnd) -> None:
    for identity in (b"another client", b"a reloaded page", b"a reloaded page"):
        s = kernel.connect("shell", zmq.DEALER, identity)
        kernel.session.send(s, "kernel_info_request", {})
        assert s.poll(5000), identity
        s.close(0)
    assert kernel.ask("shell", "kernel_info_request")["content"]["status"] == "ok"


def test_unsubscribed_means_silence(kernel: FrontEnd) -> None:
    s = kernel.connect("iopub", zmq.SUB)
    s.subscribe(b"nothing begins with this")
    assert s.poll(5000)
    s.recv_multipart()
    kernel.published(kernel.send("shell", "kernel_info_request"))
    assert not s.poll(100)
    s.close(0)


def test_usage(kernel: FrontEnd) -> None:
    usage = kernel.ask("control", "usage_request")["content"]
    assert usage["pid"] == kernel.process.pid and usage["kernel_memory"] > 1 << 20
    assert usage["host_virtual_memory"]["total"] > usage["host_virtual_memory"]["available"] > 0


def test_spawn_to_kernel_info_is_quick() -> None:
    best = 1.0
    for _ in range(3):
        start = time.monotonic()
        f = FrontEnd()
        try:
            f.ask("shell", "kernel_info_request")
            best = min(best, time.monotonic() - start)
        finally:
            f.close()
    assert best < 0.2, f"{best:.3f} s"

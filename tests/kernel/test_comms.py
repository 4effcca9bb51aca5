"""Comms: opened from either side, with buffers and metadata, closed, listed, and broken."""
from __future__ import annotations

from collections.abc import Callable

from front_end import FrontEnd, Message, kinds, text

ECHO = """
from comm import create_comm, get_comm_manager
heard = []
def target(comm, opened):
    heard.append((opened["content"]["data"], opened["metadata"]))
    @comm.on_msg
    def back(m):
        print("heard", m["content"]["data"])
        comm.send(m["content"]["data"], metadata=m["metadata"], buffers=[bytes(b)[::-1] for b in m["buffers"]])
    comm.on_close(lambda m: heard.append(m["content"]["data"]))
get_comm_manager().register_target("echo", target)
"""


def send(f: FrontEnd, kind: str, metadata: dict | None = None, buffers: list[bytes] | None = None, **content: object) -> str:
    msg = f.session.msg(kind, content=content, metadata=metadata or {})
    f.session.send(f.sockets["shell"], msg, buffers=buffers)
    return msg["header"]["msg_id"]


def comms(f: FrontEnd, **content: object) -> dict:
    return f.ask("shell", "comm_info_request", **content)["content"]["comms"]


def test_opened_by_the_front_end(fresh: FrontEnd) -> None:
    assert comms(fresh) == {}
    fresh.run(ECHO)
    send(fresh, "comm_open", {"m": 1}, comm_id="c1", target_name="echo", data={"a": [1, None]})
    assert comms(fresh) == {"c1": {"target_name": "echo"}} == comms(fresh, target_name="echo")
    assert comms(fresh, target_name="other") == {}
    data, parts = {"é": [1.5, True, {"x": None}]}, [b"abc", b"", b"\x00\xff" * 100_000]
    got = fresh.published(send(fresh, "comm_msg", {"tag": "t"}, parts, comm_id="c1", data=data))
    assert kinds(got) == ["busy", "stream", "comm_msg", "idle"] and text(got).startswith("heard")
    assert got[2]["content"] == {"comm_id": "c1", "data": data} and got[2]["metadata"] == {"tag": "t"}
    assert [bytes(b) for b in got[2]["buffers"]] == [p[::-1] for p in parts]
    fresh.published(send(fresh, "comm_close", comm_id="c1", data={"bye": 1}))
    assert comms(fresh) == {} and fresh.value("heard") == "[({'a': [1, None]}, {'m': 1}), {'bye': 1}]"


def test_opened_by_the_program(fresh: FrontEnd) -> None:
    _, said = fresh.run("from comm import create_comm\nc = create_comm(target_name='widget', data={'v': 1}, metadata={'version': '2'}, buffers=[b'x', memoryview(b'yz')])\nc.send({'n': 2})\nc.close({'end': True})\nc.close()")
    opened, message, closed = [m for m in said if m["msg_type"].startswith("comm_")]
    assert opened["msg_type"] == "comm_open" and opened["content"]["target_name"] == "widget" and opened["content"]["data"] == {"v": 1}
    assert opened["metadata"] == {"version": "2"} and [bytes(b) for b in opened["buffers"]] == [b"x", b"yz"]
    assert message["content"]["data"] == {"n": 2} and closed["msg_type"] == "comm_close" and closed["content"]["data"] == {"end": True}
    assert fresh.run("c.send({})")[0]["ename"] == "RuntimeError"
    fresh.run("d = create_comm(target_name='still')")
    assert list(comms(fresh).values()) == [{"target_name": "still"}]


def test_unknown_targets_and_comms(fresh: FrontEnd) -> None:
    got = fresh.published(send(fresh, "comm_open", comm_id="c1", target_name="nobody", data={}))
    assert kinds(got) == ["busy", "comm_close", "idle"] and got[1]["content"]["comm_id"] == "c1"
    for kind in ("comm_msg", "comm_close"):
        assert kinds(fresh.published(send(fresh, kind, comm_id="never", data={}))) == ["busy", "idle"]
    for kind in ("comm_open", "comm_msg", "comm_close"):
        for content in ({}, {"comm_id": 7}, {"comm_id": "x", "data": 7}):
            assert kinds(fresh.published(send(fresh, kind, **content)))[-1] == "idle"
    assert fresh.run("1")[0]["status"] == "ok"


def test_handlers_that_fail(fresh: FrontEnd) -> None:
    fresh.run("from comm import get_comm_manager\ndef bad(c, m):\n    1/0\nget_comm_manager().register_target('bad', bad)\n"
              "def half(c, m):\n    c.on_msg(lambda m: [][1])\nget_comm_manager().register_target('half', half)")
    got = fresh.published(send(fresh, "comm_open", comm_id="b", target_name="bad", data={}))
    assert "comm_close" in kinds(got) and "ZeroDivisionError" in text(got, "stderr")
    send(fresh, "comm_open", comm_id="h", target_name="half", data={})
    got = fresh.published(send(fresh, "comm_msg", comm_id="h", data={}))
    assert "IndexError" in text(got, "stderr") and list(comms(fresh)) == ["h"]


def test_a_handler_is_interrupted(fresh: FrontEnd) -> None:
    fresh.run("from comm import get_comm_manager\ndef endless(c, m):\n    while True: pass\nget_comm_manager().register_target('endless', endless)")
    msg_id = send(fresh, "comm_open", comm_id="e", target_name="endless", data={})
    mine: Callable[[Message], bool] = lambda m: m["parent_header"].get("msg_id") == msg_id  # noqa: E731
    fresh.until("iopub", mine)
    fresh.ask("control", "interrupt_request")
    assert "KeyboardInterrupt" in text(fresh.published(msg_id), "stderr")
    assert fresh.run("1")[0]["status"] == "ok"


def test_messages_wait_for_the_cell(fresh: FrontEnd) -> None:
    fresh.run(ECHO)
    send(fresh, "comm_open", comm_id="c1", target_name="echo", data={})
    cell = fresh.execute("x = sum(range(300_000))")
    msg_id = send(fresh, "comm_msg", comm_id="c1", data={})
    fresh.published(msg_id)
    ends = [m["parent_header"]["msg_id"] for m in fresh.kept["iopub"] if m["content"].get("execution_state") == "idle"]
    assert ends.index(cell) < ends.index(msg_id)

"""A fake front end: the five sockets of a kernel, raw, with every message kept in the order in which it came.

It speaks through pyzmq and jupyter_client's Session (which signs and checks signatures), and nothing above them, so that
tests see what is on the wire and can send what no real front end would.
"""
from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Iterator

import zmq
from jupyter_client.session import Session

ROOT = Path(__file__).resolve().parents[2]
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
Message = dict[str, Any]


def executable() -> str:
    """The command under test: $PELLUCID, or the newest build."""
    if named := os.environ.get("PELLUCID"):
        return named
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [p for kind in ("debug", "quick", "release") if (p := target / kind / "pellucid").exists()]
    assert built, "no pellucid: run `cargo build -p pellucid-kernel --ignore-rust-version`"
    return str(max(built, key=lambda p: p.stat().st_mtime))


def free_ports(n: int) -> list[int]:
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class FrontEnd:
    """One kernel process and one client of it."""

    def __init__(self, *options: str, transport: str = "tcp", key: str = "a key", subscribe_early: bool = True,
                 **env: str) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="front-end-")
        ip = "127.0.0.1" if transport == "tcp" else f"{self.folder.name}/k"
        self.connection = {f"{c}_port": p for c, p in zip(CHANNELS, free_ports(5), strict=True)}
        self.connection |= {"transport": transport, "ip": ip, "key": key, "signature_scheme": "hmac-sha256", "kernel_name": "x"}
        file = Path(self.folder.name) / "connection.json"
        file.write_text(json.dumps(self.connection))
        self.context = zmq.Context()
        self.session = Session(key=key.encode(), signature_scheme="hmac-sha256")
        self.sockets: dict[str, zmq.Socket[bytes]] = {}
        self.kept: dict[str, list[Message]] = {c: [] for c in CHANNELS}
        if subscribe_early:
            self.subscribe()
        self.process = subprocess.Popen([executable(), "kernel", "-f", str(file), *options], stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, start_new_session=True,
                                        env={"PELLUCID_HISTORY": "none", **os.environ, **env})
        for channel in ("shell", "stdin", "control"):
            self.sockets[channel] = self.connect(channel, zmq.DEALER, self.session.bsession)
        self.sockets["hb"] = self.connect("hb", zmq.REQ)

    @contextlib.contextmanager
    def stalled_subscriber(self) -> Iterator[None]:
        """A subscriber that reads nothing, with little room, for as long as the block runs."""
        stalled = self.context.socket(zmq.SUB)
        stalled.rcvhwm, stalled.rcvbuf = 1, 4096
        stalled.subscribe(b"")
        stalled.connect(self.url("iopub"))
        time.sleep(0.3)
        try:
            yield
        finally:
            stalled.close(0)

    def url(self, channel: str) -> str:
        c = self.connection
        return f"{c['transport']}://{c['ip']}{':' if c['transport'] == 'tcp' else '-'}{c[f'{channel}_port']}"

    def connect(self, channel: str, kind: int, identity: bytes = b"") -> zmq.Socket[bytes]:
        s = self.context.socket(kind)
        s.linger, s.reconnect_ivl = 0, 10
        if identity:
            s.identity = identity
        s.connect(self.url(channel))
        return s

    def subscribe(self) -> None:
        self.sockets["iopub"] = self.connect("iopub", zmq.SUB)
        self.sockets["iopub"].subscribe(b"")

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.context.destroy(linger=0)
        self.folder.cleanup()

    # Sending

    def send(self, channel: str, msg_type: str, /, _header: Message | None = None, **content: Any) -> str:
        """Sends a request and gives its msg_id."""
        msg = self.session.msg(msg_type, content=content)
        msg["header"] |= _header or {}
        self.session.send(self.sockets[channel], msg)
        return msg["header"]["msg_id"]

    def execute(self, code: str, **changes: Any) -> str:
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
                   "stop_on_error": True}
        return self.send("shell", "execute_request", **(content | changes))

    def execute_together(self, *codes: str) -> list[str]:
        """Sends cells as close behind one another as can be, and gives their msg_ids."""
        messages = [self.session.msg("execute_request", content={"code": c, "stop_on_error": True}) for c in codes]
        frames = [self.session.serialize(m) for m in messages]
        for parts in frames:
            self.sockets["shell"].send_multipart(parts)
        return [m["header"]["msg_id"] for m in messages]

    def raw_request(self, code: str) -> list[bytes]:
        """The frames of an execute_request, to be spoilt."""
        return self.session.serialize(self.session.msg("execute_request", content={"code": code}))

    # Receiving

    def pump(self, seconds: float) -> None:
        """Keeps what arrives within that time; returns early when something has."""
        poller = zmq.Poller()
        for channel, s in self.sockets.items():
            if channel != "hb":
                poller.register(s, zmq.POLLIN)
        for ready, _ in poller.poll(max(0, int(seconds * 1000))):
            channel = next(c for c, s in self.sockets.items() if s is ready)
            while ready.poll(0):
                topics, frames = self.session.feed_identities(ready.recv_multipart())
                message = self.session.deserialize(frames)
                self.kept[channel].append(message | {"topics": topics, "at": time.monotonic()})

    def until(self, channel: str, wanted: Callable[[Message], bool], seconds: float = 10) -> Message:
        """The first message of that channel, of all that ever came, that is wanted."""
        end, looked = time.monotonic() + seconds, 0
        while True:
            for message in self.kept[channel][looked:]:
                looked += 1
                if wanted(message):
                    return message
            assert time.monotonic() < end, f"nothing wanted on {channel} within {seconds} s"
            assert self.process.poll() is None or self.sockets[channel].poll(200), "the kernel has exited"
            self.pump(min(0.1, end - time.monotonic()))

    def reply(self, msg_id: str, channel: str = "shell", seconds: float = 10) -> Message:
        return self.until(channel, lambda m: m["parent_header"].get("msg_id") == msg_id, seconds)

    def published(self, msg_id: str, seconds: float = 10) -> list[Message]:
        """All that the request caused on IOPub, from `busy` to `idle`."""
        mine = lambda m: m["parent_header"].get("msg_id") == msg_id  # noqa: E731
        self.until("iopub", lambda m: mine(m) and m["content"].get("execution_state") == "idle", seconds)
        return [m for m in self.kept["iopub"] if mine(m)]

    def ask(self, channel: str, msg_type: str, /, seconds: float = 10, **content: Any) -> Message:
        return self.reply(self.send(channel, msg_type, **content), channel, seconds)

    def run(self, code: str, seconds: float = 10, **changes: Any) -> tuple[Message, list[Message]]:
        """Content of the reply, and what was published."""
        msg_id = self.execute(code, **changes)
        return self.reply(msg_id, seconds=seconds)["content"], self.published(msg_id, seconds)

    def value(self, expression: str) -> str:
        reply, _ = self.run("", silent=True, user_expressions={"v": expression})
        return reply["user_expressions"]["v"]["data"]["text/plain"]


def kinds(messages: list[Message]) -> list[str]:
    """Message types, with the state in place of `status`; adjacent streams count as one, since batching is by time."""
    said = [m["content"].get("execution_state", m["msg_type"]) for m in messages]
    return [k for i, k in enumerate(said) if k != "stream" or said[i - 1] != "stream"]


def streams(messages: list[Message]) -> list[tuple[str, str]]:
    """Name and text of the streams, adjacent ones of a name joined."""
    out: list[tuple[str, str]] = []
    for m in messages:
        if m["msg_type"] == "stream":
            name, said = m["content"]["name"], m["content"]["text"]
            if out and out[-1][0] == name:
                said = out.pop()[1] + said
            out.append((name, said))
    return out


def text(messages: list[Message], name: str = "stdout") -> str:
    return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream" and m["content"]["name"] == name)

"""A comm, and the manager that hands the front end's messages to comms and targets."""
import sys

import _display

_next_id = 0


def _new_id():
    # Counted, not random: a program's messages are the same at every run.
    global _next_id
    _next_id += 1
    return f"pellucid-comm-{_next_id:032x}"


def _complain(sentence, exc):
    import pellucid

    sys.stderr.write(sentence + "\n" + pellucid._format_exception(exc))


class BaseComm:
    """One open line to the front end. `primary`: opened from this side."""

    def __init__(self, target_name="comm", data=None, metadata=None, buffers=None, comm_id=None, primary=True, target_module=None, topic=None, _open_data=None, _close_data=None, **kwargs):
        self.target_name, self.target_module, self.primary, self.topic = target_name, target_module, primary, topic
        self.comm_id = _new_id() if comm_id is None else comm_id
        self._open_data, self._close_data = _open_data or {}, _close_data or {}
        self._closed, self._msg_callback, self._close_callback = True, None, None
        if self.primary:
            self.open(data=data, metadata=metadata, buffers=buffers)
        else:
            self._closed = False

    def __repr__(self):
        return f"<comm {self.target_name} {self.comm_id}{' closed' * self._closed}>"

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        """Sends a message of the given type."""
        content = {"data": {} if data is None else data, "comm_id": self.comm_id, **keys}
        parts = [memoryview(b).tobytes() if not isinstance(b, bytes) else b for b in buffers or ()]
        _display.comm(msg_type, content, dict(metadata or {}), parts)

    def open(self, data=None, metadata=None, buffers=None):
        """Tells the front end of this comm; `create_comm` has done so already."""
        import comm

        comm.get_comm_manager().register_comm(self)
        data = self._open_data if data is None else data
        self._closed = False
        self.publish_msg("comm_open", data, metadata, buffers, target_name=self.target_name, target_module=self.target_module)

    def close(self, data=None, metadata=None, buffers=None, deleting=False):
        """Ends the comm on both sides; again is nothing."""
        if self._closed:
            return
        self._closed = True
        if not deleting:
            self.publish_msg("comm_close", self._close_data if data is None else data, metadata, buffers)
        import comm

        comm.get_comm_manager().unregister_comm(self)

    def send(self, data=None, metadata=None, buffers=None):
        """Sends data (what JSON can say) and buffers (bytes)."""
        if self._closed:
            raise RuntimeError(f"the comm {self.comm_id} is closed")
        self.publish_msg("comm_msg", data, metadata, buffers)

    def on_msg(self, callback):
        """Registers what gets each message: a dict with `content`, `metadata` and `buffers`. None takes it back."""
        self._msg_callback = callback

    def on_close(self, callback):
        """Registers what gets the message with which the front end closes the comm."""
        self._close_callback = callback

    def handle_msg(self, msg):
        if self._msg_callback is not None:
            self._msg_callback(msg)

    def handle_close(self, msg):
        if self._close_callback is not None:
            self._close_callback(msg)


class CommManager:
    """Targets by name, open comms by id."""

    def __init__(self):
        self.targets, self.comms = {}, {}

    def register_target(self, target_name, f):
        """Registers `f(comm, open_message)`, called when the front end opens a comm of that target; or its name as text."""
        if isinstance(f, str):
            import importlib

            module, _, name = f.rpartition(".")
            f = getattr(importlib.import_module(module), name)
        self.targets[target_name] = f

    def unregister_target(self, target_name, f=None):
        """Forgets a target and gives its function."""
        return self.targets.pop(target_name)

    def register_comm(self, comm):
        self.comms[comm.comm_id] = comm
        return comm.comm_id

    def unregister_comm(self, comm):
        self.comms.pop(comm.comm_id, None)

    def get_comm(self, comm_id):
        """The open comm with this id, or None."""
        return self.comms.get(comm_id)

    def _heard(self, kind, content, metadata, buffers):
        """A message from the front end, its parts as JSON text."""
        import json

        message = {
            "header": {"msg_type": kind},
            "msg_type": kind,
            "parent_header": {},
            "metadata": json.loads(metadata),
            "content": {"data": {}, **json.loads(content)},
            "buffers": [memoryview(b) for b in buffers],
        }
        {"comm_open": self.comm_open, "comm_msg": self.comm_msg, "comm_close": self.comm_close}[kind](None, None, message)

    def comm_open(self, stream, ident, msg):
        """The front end opens a comm. One of a target that nobody has registered is closed again."""
        content = msg["content"]
        name, comm_id = content.get("target_name", ""), content["comm_id"]
        comm = BaseComm(name, comm_id=comm_id, primary=False, target_module=content.get("target_module"))
        target = self.targets.get(name)
        if target is None:
            return comm.close()
        self.register_comm(comm)
        try:
            target(comm, msg)
        except Exception as e:
            _complain(f"The comm target {name!r} raised when {comm_id} was opened:", e)
            comm.close()

    def comm_msg(self, stream, ident, msg):
        """A message to an open comm; to any other it is nothing."""
        comm = self.comms.get(msg["content"]["comm_id"])
        if comm is not None:
            try:
                comm.handle_msg(msg)
            except Exception as e:
                _complain(f"The comm {comm.comm_id} raised in its on_msg:", e)

    def comm_close(self, stream, ident, msg):
        """The front end closes a comm."""
        comm = self.comms.pop(msg["content"]["comm_id"], None)
        if comm is not None:
            comm._closed = True
            try:
                comm.handle_close(msg)
            except Exception as e:
                _complain(f"The comm {comm.comm_id} raised in its on_close:", e)

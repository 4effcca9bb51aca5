"""Cells: ordering, counting, errors and the queue behind them, streams, displays, history, completion."""
from __future__ import annotations

import time

from front_end import FrontEnd, kinds, streams, text


def test_order_of_messages(kernel: FrontEnd) -> None:
    reply, said = kernel.run("print('a')\n6 * 7")
    assert kinds(said) == ["busy", "execute_input", "stream", "execute_result", "idle"]
    count = reply["execution_count"]
    assert said[1]["content"] == {"code": "print('a')\n6 * 7", "execution_count": count}
    assert said[3]["content"]["data"]["text/plain"] == "42" and said[3]["content"]["execution_count"] == count
    assert reply["status"] == "ok" and reply["payload"] == [] and reply["user_expressions"] == {}


def test_error_is_the_same_in_reply_and_message(kernel: FrontEnd) -> None:
    reply, said = kernel.run("1/0")
    assert kinds(said) == ["busy", "execute_input", "error", "idle"]
    error = said[2]["content"]
    assert error["ename"] == "ZeroDivisionError" and error["evalue"] and error["traceback"]
    assert reply["status"] == "error" and {k: reply[k] for k in error} == error and reply["execution_count"] > 0


def test_counting(kernel: FrontEnd) -> None:
    first = kernel.run("1")[0]["execution_count"]
    kernel.run("1", store_history=False)
    _, said = kernel.run("1", silent=True)
    assert kinds(said) == ["busy", "idle"]
    assert kernel.run("1")[0]["execution_count"] == first + 1


def test_user_expressions(kernel: FrontEnd) -> None:
    reply, _ = kernel.run("ue = 20", user_expressions={"good": "ue + 1", "bad": "1/0"})
    good, bad = reply["user_expressions"]["good"], reply["user_expressions"]["bad"]
    assert good["status"] == "ok" and good["data"]["text/plain"] == "21" and good["metadata"] == {}
    assert bad["status"] == "error" and bad["ename"] == "ZeroDivisionError"


def test_queued_cells_are_aborted_after_an_error(kernel: FrontEnd) -> None:
    for first in ("1/0", "import time; time.sleep(0.1); 1/0"):
        kernel.run("ran = 0")
        ids = kernel.execute_together(first, "ran += 1", "ran += 1")
        info = kernel.send("shell", "kernel_info_request")
        statuses = [kernel.reply(i)["content"]["status"] for i in ids]
        assert statuses == ["error", "aborted", "aborted"]
        assert [kinds(kernel.published(i)) for i in ids[1:]] == [["busy", "idle"]] * 2
        assert kernel.reply(info)["content"]["status"] == "ok", "only cells are aborted"
        assert kernel.value("ran") == "0"


def test_stop_on_error_false(kernel: FrontEnd) -> None:
    kernel.run("ran = 0")
    ids = [kernel.execute(c, stop_on_error=False) for c in ("1/0", "ran += 1")]
    assert [kernel.reply(i)["content"]["status"] for i in ids] == ["error", "ok"]
    assert kernel.value("ran") == "1"


def test_a_cell_sent_after_the_error_reply_runs(kernel: FrontEnd) -> None:
    for _ in range(10):
        kernel.reply(kernel.execute("1/0"))
        assert kernel.reply(kernel.execute("1"))["content"]["status"] == "ok"


def test_streams_keep_their_order(kernel: FrontEnd) -> None:
    _, said = kernel.run("import sys\nfor i in range(4):\n    print('o', i)\n    print('e', i, file=sys.stderr)")
    assert streams(said) == [(n, f"{n[3]} {i}\n") for i in range(4) for n in ("stdout", "stderr")]


def test_much_output_in_few_messages(kernel: FrontEnd) -> None:
    _, said = kernel.run("for i in range(20000):\n    print(f'{i:040}')", 60)
    assert text(said) == "".join(f"{i:040}\n" for i in range(20000))
    messages = sum(m["msg_type"] == "stream" for m in said)
    assert messages < 400, messages


def test_output_of_a_running_cell_is_seen(kernel: FrontEnd) -> None:
    msg_id = kernel.execute("print('early')\nwhile True: pass")
    early = kernel.until("iopub", lambda m: m["msg_type"] == "stream" and m["content"]["text"].startswith("early"), 2)
    assert early["parent_header"]["msg_id"] == msg_id
    kernel.ask("control", "interrupt_request")
    assert kernel.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"


def test_one_large_text(kernel: FrontEnd) -> None:
    _, said = kernel.run("print('x' * (4 << 20))", 60)
    assert len(text(said)) == (4 << 20) + 1


def test_a_stalled_subscriber_stops_nobody(kernel: FrontEnd) -> None:
    with kernel.stalled_subscriber():
        reply, said = kernel.run("for i in range(400):\n    print('x' * 100000)", 60)
    assert reply["status"] == "ok" and len(text(said)) == 400 * 100_001


def test_completion_counts_code_points(kernel: FrontEnd) -> None:
    kernel.run("astral_name = 10")
    code = "'𨭎𨭎𨭎'; astral_na"
    reply = kernel.ask("shell", "complete_request", code=code, cursor_pos=len(code))["content"]
    assert "astral_name" in reply["matches"] and code[reply["cursor_start"]:reply["cursor_end"]] == "astral_na"


def test_is_complete(kernel: FrontEnd) -> None:
    ask = lambda code: kernel.ask("shell", "is_complete_request", code=code)["content"]  # noqa: E731
    assert ask("1")["status"] == "complete"
    assert ask("def f():")["status"] == "incomplete" and ask("def f():")["indent"] == "    "
    assert ask("1 +* 2")["status"] == "invalid"


def test_displays(kernel: FrontEnd) -> None:
    _, said = kernel.run("from IPython.display import HTML, display, clear_output\n"
                         "h = display(HTML('<b>a</b>'), display_id='d1')\nh.update(HTML('<b>b</b>'))\nclear_output(wait=True)")
    got = {m["msg_type"]: m["content"] for m in said}
    assert got["display_data"]["data"]["text/html"] == "<b>a</b>"
    assert got["display_data"]["transient"]["display_id"] == "d1"
    assert got["update_display_data"]["transient"]["display_id"] == "d1"
    assert got["clear_output"] == {"wait": True}

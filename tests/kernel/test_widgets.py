"""The real ipywidgets, unchanged, from a mounted folder: state to the front end, changes back, callbacks, Output."""
from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from front_end import FrontEnd, kinds, text
from test_comms import comms, send

pytestmark = pytest.mark.skipif(find_spec("ipywidgets") is None, reason="ipywidgets is not installed beside the tests")


@pytest.fixture(scope="module")
def widgets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontEnd]:
    folder = tmp_path_factory.mktemp("packages")
    for name in ("ipywidgets", "traitlets"):
        (folder / name).symlink_to(Path(find_spec(name).origin).parent)
    # Symlinks do not lead out of a mount: the packages' own folders are mounted beside it.
    mounts = [o for p in (folder, *{q.resolve() for q in folder.iterdir()}) for o in ("--mount", str(p))]
    f = FrontEnd(*mounts)
    reply, _ = f.run(f"import sys; sys.path.append({str(folder)!r})\nimport ipywidgets as w", 60)
    assert reply["status"] == "ok", reply
    yield f
    f.close()


def test_a_slider_goes_both_ways(widgets: FrontEnd) -> None:
    _, said = widgets.run("seen = []\ns = w.IntSlider(value=3, max=9)\ns.observe(lambda c: (seen.append(c['new']), print('now', c['new'])), 'value')\ns")
    opened = [m["content"] for m in said if m["msg_type"] == "comm_open"]
    model = next(c for c in opened if c["data"]["state"]["_model_name"] == "IntSliderModel")
    assert model["target_name"] == "jupyter.widget" and model["data"]["state"]["value"] == 3
    (shown,) = [m["content"]["data"] for m in said if m["msg_type"] == "execute_result"]
    assert shown["application/vnd.jupyter.widget-view+json"]["model_id"] == model["comm_id"]
    got = widgets.published(send(widgets, "comm_msg", comm_id=model["comm_id"], data={"method": "update", "state": {"value": 7}, "buffer_paths": []}))
    assert text(got) == "now 7\n" and widgets.value("(s.value, seen)") == "(7, [7])"
    _, said = widgets.run("s.value = 5")
    (update,) = [m["content"]["data"] for m in said if m["msg_type"] == "comm_msg"]
    assert update["method"] == "update" and update["state"] == {"value": 5}


def test_a_page_that_is_loaded_again_gets_all_states(widgets: FrontEnd) -> None:
    widgets.run("b = w.Button(description='press')")
    send(widgets, "comm_open", comm_id="control", target_name="jupyter.widget.control", data={"widgets": None}, metadata={"version": "1.0.0"})
    got = widgets.published(send(widgets, "comm_msg", comm_id="control", data={"method": "request_states"}))
    (states,) = [m["content"]["data"] for m in got if m["msg_type"] == "comm_msg"]
    assert states["method"] == "update_states" and any(s["state"].get("description") == "press" for s in states["states"].values())
    assert set(states["states"]) <= set(comms(widgets, target_name="jupyter.widget"))


def test_interact_and_output(widgets: FrontEnd) -> None:
    reply, said = widgets.run("out = w.Output()\nwith out:\n    print('inside')\nw.interact(lambda n: n * 2, n=(0, 10))\nw.Play(); w.VBox([w.HTML('<b>x</b>'), w.Dropdown(options=[1, 2])]);")
    assert reply["status"] == "ok", reply
    assert {"comm_open", "comm_msg"} <= set(kinds(said))

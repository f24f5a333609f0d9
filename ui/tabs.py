"""The two tabs of the app: the chat, and the page that evaluates, framed so that the chat stays as it is."""

from typing import Any

import gradio as gr

# Fixed text alone stands in these, for Gradio evaluates templates as code.
TABS_HTML = """
<div role="tablist" aria-label="Dateline">
<button type="button" role="tab" id="dl-tab-chat" aria-controls="dl-main" aria-selected="true">Ask</button>
<button type="button" role="tab" id="dl-tab-evaluate" aria-controls="dl-evaluate" aria-selected="false"
tabindex="-1">Evaluate</button>
</div>
"""
TABS_JS = """
const tabs = [...element.querySelectorAll("[role=tab]")];
const choose = (chosen) => {
  const evaluating = chosen.id === "dl-tab-evaluate";
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
  }
  document.getElementById("dl-app").classList.toggle("dl-evaluating", evaluating);
  const place = document.querySelector("#dl-evaluate .dl-frame");
  if (evaluating && !place.firstChild) {
    const frame = document.createElement("iframe");
    frame.title = "Evaluate";
    frame.src = "/evaluate";
    place.append(frame);
  }
};
for (const tab of tabs) tab.addEventListener("click", () => choose(tab));
element.addEventListener("keydown", (event) => {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const other = tabs.find((tab) => tab !== document.activeElement);
  other.focus();
  choose(other);
});
"""


def lay_out_tabs() -> None:
    """The two buttons of the header."""
    gr.HTML(TABS_HTML, elem_id="dl-tabs", js_on_load=TABS_JS, apply_default_css=False)


def lay_out_evaluate() -> None:
    """The place of the frame, filled when its tab is first chosen."""
    plain: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}
    gr.HTML('<div class="dl-frame"></div>', elem_id="dl-evaluate", **plain)

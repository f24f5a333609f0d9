// The clicks and keys of the conversation and of the panel, and where the eye is led after each.
const panel = element.closest("#dl-panel");
const isPanel = panel !== null;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 60rem)");
const glide = () => (calm.matches ? "auto" : "smooth");

// What was last selected in an article that is open, for the form that says what is not right.
const selected = (turn) => {
  const { datelineSelection: text, datelineOpener: opener } = window;
  return text && opener?.turn === turn ? { source: Number(opener.source), passage: text } : {};
};
const told = (form) => {
  const source = form.querySelector("[name=dl-source]:checked");
  return {
    answer: form.querySelector("[name=dl-right]").value,
    unanswerable: form.querySelector("[name=dl-unanswerable]").checked,
    source: source ? Number(source.value) : null,
    passage: form.querySelector("[name=dl-passage]")?.value ?? "",
  };
};

element.addEventListener("submit", (event) => {
  event.preventDefault();
  event.target.querySelector(".dl-tell")?.click();
});
element.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-do]");
  if (!chosen || event.target.closest("a")) return;
  // To select words on a card is not to choose the card.
  if (String(getSelection()) && !["feedback", "tell"].includes(chosen.dataset.do)) return;
  const { turn, source, example } = chosen.dataset;
  if (chosen.dataset.do === "open") {
    window.datelineOpener = { turn, source, inPanel: isPanel };
    window.datelineSelection = "";
    trigger("open", { turn: Number(turn), source: Number(source) });
  } else if (chosen.dataset.do === "sources") {
    window.datelineReturns = isPanel;
    window.datelineShowsSources = !isPanel;
    trigger("sources", { turn: Number(turn) });
  } else if (chosen.dataset.do === "feedback") {
    window.datelineShowsSources = true;
    trigger("feedback", { turn: Number(turn), ...selected(turn) });
  } else if (chosen.dataset.do === "tell") {
    trigger("tell", { turn: Number(turn), ...told(chosen.closest("form")) });
  } else {
    trigger("example", { example: Number(example) });
  }
});

if (isPanel) {
  // On a phone the article lies over all else, which must not be reached by keyboard meanwhile.
  const cover = () => {
    const covered = narrow.matches && element.querySelector(".dl-reading") !== null;
    for (const id of ["dl-head", "dl-talk"]) document.getElementById(id).inert = covered;
  };
  narrow.addEventListener("change", cover);
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    const article = element.querySelector(".dl-text");
    // A click elsewhere empties the selection; what was selected still counts then.
    if (article?.contains(selection.anchorNode) && String(selection).trim()) {
      window.datelineSelection = String(selection).trim();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") element.querySelector(".dl-back")?.click();
  });
  watch("value", () => {
    cover();
    const reading = element.querySelector(".dl-reading");
    if (reading) {
      (reading.querySelector("h2") ?? reading.querySelector("[tabindex]")).focus({ preventScroll: true });
      (reading.querySelector("mark") ?? reading).scrollIntoView({ block: "center", behavior: "auto" });
      return;
    }
    panel.scrollTop = 0;
    element.querySelector(".dl-feedback [tabindex]")?.focus({ preventScroll: true });
    const { datelineOpener: opener, datelineReturns: returns, datelineShowsSources: shows } = window;
    window.datelineReturns = window.datelineShowsSources = false;
    if (shows && narrow.matches) panel.scrollIntoView({ block: "start", behavior: glide() });
    // The way back ends where it began: on the number or card that was chosen.
    if (returns && opener) {
      const where = document.querySelector(opener.inPanel ? "#dl-panel" : "#dl-conversation");
      where?.querySelector(`button[data-turn="${opener.turn}"][data-source="${opener.source}"]`)?.focus();
    }
  });
} else {
  watch("value", () => {
    element.querySelector(".dl-turn:last-child")?.scrollIntoView({ block: "start", behavior: glide() });
  });
}

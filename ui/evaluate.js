// The Evaluate tab: asks for its state while a run is under way, and shows reports in a sandboxed frame.
const $ = (id) => document.getElementById(id);
const percent = (rate) => (rate === null || rate === undefined ? "–" : `${(100 * rate).toFixed(1)} %`);
let runs = [];
let awaited = null; // the run that this page began, whose report is opened at its end
let shown = null;

async function call(path, options) {
  const response = await fetch(path, options);
  const told = await response.json().catch(() => ({ error: "Dateline did not answer; is it still running?" }));
  if (!response.ok) throw new Error(told.error ?? "Dateline refused this.");
  return told;
}

function say(...sentences) {
  $("notice").replaceChildren(
    ...sentences.map((sentence) => Object.assign(document.createElement("p"), { textContent: sentence })),
  );
}

function choices(select, options) {
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

function when(moment) {
  return new Date(moment).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

function drawAgainst() {
  const gold = $("gold").value === "samples" ? "samples.gold.jsonl" : $("gold").value;
  const same = runs.filter((run) => run.gold === gold);
  choices($("against"), [["", "no other run"], ...same.map((run) => [run.name, when(run.started)])]);
}

function entry(run) {
  const item = document.createElement("li");
  const open = Object.assign(document.createElement("button"), { type: "button" });
  const name = Object.assign(document.createElement("strong"), { textContent: run.gold });
  const facts = Object.assign(document.createElement("span"), {
    className: "soft",
    textContent: `${when(run.started)} · ${run.questions} questions`,
  });
  const figures = Object.assign(document.createElement("span"), {
    textContent: `right ${percent(run.right)} · EM ${percent(run.em)} · F1 ${percent(run.f1)}`,
  });
  open.append(name, facts, figures);
  open.setAttribute("aria-pressed", String(run.name === shown));
  open.addEventListener("click", () => show(run));
  item.append(open);
  return item;
}

function drawRuns() {
  $("none").hidden = runs.length > 0;
  $("runs").replaceChildren(...runs.map(entry));
}

function show(run) {
  shown = run.name;
  const address = `/evaluate/report/${encodeURIComponent(run.name)}`;
  $("report").src = $("alone").href = address;
  $("title").textContent = `${run.gold}, ${when(run.started)}`;
  $("report").hidden = $("opened").hidden = false;
  $("empty").hidden = true;
  drawRuns();
  if (matchMedia("(max-width: 60rem)").matches) $("shown").scrollIntoView();
}

async function refresh() {
  const state = await call("/evaluate/state");
  runs = state.runs;
  choices($("gold"), state.gold_sets.map((name) => [name, name]));
  drawAgainst();
  drawRuns();
  const { running, done, total, run, error } = state.progress;
  $("progress").hidden = !running;
  $("stop").hidden = !running;
  $("start").disabled = running;
  Object.assign($("bar"), { value: done, max: total || 1 });
  $("count").textContent = `${done} of ${total} questions`;
  if (running) {
    awaited = run;
    setTimeout(tick, 500);
  } else if (awaited) {
    const finished = runs.find((each) => each.name === awaited);
    awaited = null;
    if (error) say(error);
    else if (finished) {
      say("The run is finished.");
      show(finished);
    }
  }
}

function tick() {
  refresh().catch((error) => {
    say(error.message);
    if (awaited) setTimeout(tick, 3000);
  });
}

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("start").disabled = true;
  say();
  try {
    const begun = await call("/evaluate/start", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ gold: $("gold").value, against: $("against").value || null }),
    });
    awaited = begun.run;
  } catch (error) {
    say(error.message);
  }
  tick();
});

$("stop").addEventListener("click", () => {
  call("/evaluate/stop", { method: "POST", body: "{}" }).catch((error) => say(error.message));
});

$("file").addEventListener("change", async () => {
  const [file] = $("file").files;
  if (!file) return;
  try {
    const told = await call(`/evaluate/gold/${encodeURIComponent(file.name)}`, { method: "POST", body: file });
    await refresh();
    $("gold").value = file.name;
    drawAgainst();
    say(...told.notices);
  } catch (error) {
    say(error.message);
  }
  $("file").value = "";
});

$("gold").addEventListener("change", drawAgainst);
tick();

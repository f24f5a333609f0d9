const rows = [...document.querySelectorAll("#questions .question")];
const buttons = [...document.querySelectorAll("#filter button")];
const search = document.querySelector("#filter input");
const shown = document.querySelector("#shown");
let label = "";

function apply() {
  const words = search.value.trim().toLowerCase();
  let count = 0;
  for (const row of rows) {
    const fits = (!label || row.dataset.label === label || row.dataset.change === label) && (!words || row.textContent.toLowerCase().includes(words));
    row.hidden = !fits;
    count += fits;
  }
  shown.textContent = `${count} of ${rows.length}`;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.label === label));
}

for (const button of buttons) {
  button.addEventListener("click", () => { label = button.dataset.label; apply(); });
}
search.addEventListener("input", apply);
document.querySelector("#filter").hidden = false;
apply();

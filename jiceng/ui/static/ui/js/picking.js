/* Lists whose lines can be picked: count them, and pick all at once. */
import { fresh, onContent } from "./enhance.js";

function live(form) {
  const boxes = [...form.querySelectorAll('input[type="checkbox"][name="step"]')];
  const count = form.querySelector("[data-picking-count]");
  const all = form.querySelector("[data-picking-all]");
  if (!boxes.length || !count || !all) return;
  const asked = count.textContent;
  const tell = () => {
    const picked = boxes.filter((box) => box.checked).length;
    count.textContent = picked ? count.dataset.pickingCount.replace("%n", picked) : asked;
  };
  all.hidden = false;
  all.addEventListener("click", () => {
    const on = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = on;
    tell();
  });
  form.addEventListener("change", tell);
  tell(); // coming back, the browser remembers what was picked
}

onContent((root) => fresh(root, "[data-picking]", "picking").forEach(live));

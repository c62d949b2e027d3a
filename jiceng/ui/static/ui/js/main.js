/* Small improvements of every page. Without them the page is complete. */
import { fresh, onContent } from "./enhance.js";

const RESEND_AFTER = 8000;

onContent((root) => {
  for (const button of fresh(root, "[data-print]", "print")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  // A screen reader hears at once what is wrong with the form it sent.
  const summary = "[data-error-summary]";
  (root.matches?.(summary) ? root : root.querySelector(summary))?.focus();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.officer[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.officer[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form is sent once: the second press of an impatient thumb does nothing for some seconds.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, RESEND_AFTER);
});

// Coming back by the browser's button, or after an answer of htmx, it may be sent again.
function release() {
  for (const form of document.forms) delete form.dataset.sent;
}
window.addEventListener("pageshow", release);
document.addEventListener("htmx:afterRequest", release);

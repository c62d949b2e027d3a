/* The keys of the desk. What they are stands in the dialog of the page, and only there. */
const STORE = "shortcuts";
const PATIENCE = 1500; // from the first key of two to the second, in milliseconds
const TYPING = 'textarea, select, [contenteditable], input:not([type="checkbox"])';
const LINES = "main .rows > li, main .table tbody tr";

const dialog = document.querySelector("#shortcuts");
const opener = document.querySelector("[data-shortcuts-open]");
const toggle = dialog.querySelector("[data-shortcuts-switch]");
const known = new Map(
  [...dialog.querySelectorAll("[data-shortcut]")].map((line) => [line.dataset.shortcut, line]),
);

// A browser may refuse to remember anything; then the keys are on until the page is left.
function remembered() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function remember(on) {
  try {
    localStorage.setItem(STORE, on ? "on" : "off");
  } catch {
    return;
  }
}

/** Say on each element which key leads to it, as long as the key does. */
function announce(on) {
  for (const element of document.querySelectorAll("[data-keys]")) {
    if (on) element.setAttribute("aria-keyshortcuts", element.dataset.keys);
    else element.removeAttribute("aria-keyshortcuts");
  }
}

function lines() {
  return [...document.querySelectorAll(LINES)].filter((line) => line.querySelector("a[href]"));
}

/** The line that has the focus, or whose box has it. */
function here() {
  return document.activeElement?.closest(LINES);
}

function step(by) {
  const all = lines();
  const now = all.indexOf(here());
  const next = now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by;
  const line = all[Math.min(Math.max(next, 0), all.length - 1)];
  line?.querySelector("a[href]").focus();
}

const ACTIONS = {
  help: () => dialog.showModal(),
  find: () => {
    const box = document.querySelector('[data-keys="/"]');
    box?.focus();
    box?.select();
  },
  next: () => step(1),
  previous: () => step(-1),
  pick: () => here()?.querySelector('input[type="checkbox"]')?.click(),
  // A link that has the focus is opened by the browser; a box in the same line is not.
  open: () => here()?.querySelector("a[href]")?.click(),
};

let before = "";
let since = 0;

function obey(line, event) {
  const { action, leads } = line.dataset;
  if (action === "open" && event.target.matches("a, button, summary")) return;
  if (action === "open" && !here()) return;
  event.preventDefault();
  if (leads) location.assign(leads);
  else ACTIONS[action]();
}

document.addEventListener("keydown", (event) => {
  const modified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (event.defaultPrevented || modified || !toggle.checked || dialog.open) return;
  if (event.target.closest?.(TYPING) || event.key === "Shift") return;
  const pair = event.timeStamp - since < PATIENCE ? `${before} ${event.key}` : "";
  const line = known.get(pair) ?? known.get(event.key);
  before = event.key;
  since = event.timeStamp;
  if (line) obey(line, event);
});

toggle.checked = remembered();
toggle.addEventListener("change", () => {
  remember(toggle.checked);
  announce(toggle.checked);
});
opener.hidden = false;
opener.addEventListener("click", () => dialog.showModal());
announce(toggle.checked);

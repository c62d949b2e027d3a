/* How scripts find their elements: on the page, and again in what htmx swaps in. */

/** Call `enhance` with the page, and again with whatever htmx puts into it. */
export function onContent(enhance) {
  enhance(document);
  document.addEventListener("htmx:load", (event) => enhance(event.target));
}

/** `root` and elements inside it that match, each at most once for this purpose. */
export function fresh(root, selector, purpose) {
  const found = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) found.unshift(root);
  return found.filter((element) => {
    const done = (element.dataset.enhanced ?? "").split(" ");
    if (done.includes(purpose)) return false;
    element.dataset.enhanced = [...done, purpose].join(" ").trim();
    return true;
  });
}

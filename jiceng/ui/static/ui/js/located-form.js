/* A form of one tap takes the phone's position along, if the phone gives one in time. */
import { fresh, onContent } from "./enhance.js";

const DIGITS = 6;
const PATIENCE = 8000;

function send(form, button) {
  form.dataset.located = "done";
  form.requestSubmit(button);
}

function locate(form, button) {
  form.querySelector("[data-located-says]").textContent = form.dataset.wait;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.point_lat.value = coords.latitude.toFixed(DIGITS);
      form.elements.point_lng.value = coords.longitude.toFixed(DIGITS);
      send(form, button);
    },
    () => send(form, button),
    { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 30000 },
  );
}

onContent((root) => {
  if (!("geolocation" in navigator)) return;
  for (const form of fresh(root, "form[data-located]", "located")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.located === "done") return;
      event.preventDefault();
      // Nobody else counts this press yet: the form is sent when the place is known.
      event.stopPropagation();
      if (form.dataset.located === "waiting") return;
      form.dataset.located = "waiting";
      locate(form, event.submitter);
    });
  }
});

// Coming back by the browser's button, the position is asked for anew.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-located]")) form.dataset.located = "";
});

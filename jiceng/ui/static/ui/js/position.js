/* Fill a place field from the phone's position. The inputs are the field; this only types. */
import { fresh, onContent } from "./enhance.js";

const DIGITS = 6;

function locate(field) {
  const says = field.querySelector("[data-place-says]");
  says.textContent = field.dataset.wait;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      fill(field, coords.latitude, coords.longitude);
      says.textContent = field.dataset.done.replace("{}", Math.round(coords.accuracy));
    },
    () => {
      says.textContent = field.dataset.failed;
    },
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
  );
}

/** Write a place into the two inputs and tell whoever listens (the map). */
export function fill(field, latitude, longitude) {
  const [lat, lng] = field.querySelectorAll(".place__pair input");
  lat.value = latitude.toFixed(DIGITS);
  lng.value = longitude.toFixed(DIGITS);
  lng.dispatchEvent(new Event("change", { bubbles: true }));
}

onContent((root) => {
  if (!("geolocation" in navigator)) return;
  for (const button of fresh(root, "[data-locate]", "locate")) {
    const field = button.closest("[data-place]");
    button.hidden = false;
    button.addEventListener("click", () => locate(field));
  }
});

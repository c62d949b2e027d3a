/* A map without tiles: the areas of a GeoJSON file, and one point.
   Tapping chooses the point; by keyboard the two inputs are the way. */
import { fresh, onContent } from "./enhance.js";
import { fill } from "./position.js";

const POINT_RADIUS = 9;

let leaflet = null;

/** Leaflet, fetched once, and only by a page that has a map. */
export function load(source) {
  leaflet ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => resolve(window.L);
    script.onerror = reject;
    document.head.append(script);
  });
  return leaflet;
}

async function draw(canvas) {
  const L = await load(canvas.dataset.leaflet);
  const map = L.map(canvas, { attributionControl: false, zoomControl: false, zoomSnap: 0.5 });
  L.control
    .zoom({ zoomInTitle: canvas.dataset.zoomIn, zoomOutTitle: canvas.dataset.zoomOut })
    .addTo(map);
  const field = canvas.dataset.fills && document.getElementById(canvas.dataset.fills);
  const says = field ? field.querySelector("[data-place-says]") : null;
  const say = (name) => {
    if (says) says.textContent = field.dataset.chosen.replace("{}", name);
  };
  let point = null;

  const put = (lat, lng, move) => {
    point?.remove();
    point = L.circleMarker([lat, lng], { radius: POINT_RADIUS, className: "map__point" });
    point.addTo(map);
    if (move) map.setView([lat, lng], Math.max(map.getZoom() || 0, 15));
  };
  const given = () => {
    const inputs = field ? [...field.querySelectorAll(".place__pair input")] : [];
    const [lat, lng] = inputs.length
      ? inputs.map((input) => parseFloat(input.value))
      : [parseFloat(canvas.dataset.lat), parseFloat(canvas.dataset.lng)];
    return Number.isFinite(lat) && Number.isFinite(lng) ? [lat, lng] : null;
  };

  if (given()) put(...given(), true);
  if (field) {
    map.on("click", ({ latlng }) => {
      fill(field, latlng.lat, latlng.lng);
      put(latlng.lat, latlng.lng, false);
    });
    field.addEventListener("change", () => given() && put(...given(), true));
  }
  if (canvas.dataset.areas) areas(L, map, canvas.dataset.areas, () => Boolean(point), say);
}

function looks(type, here) {
  if (type === "Point") return "map__point";
  return here ? "map__area map__area--here" : "map__area";
}

/** The areas of a GeoJSON file as a layer below everything; `placed` keeps the view as it is. */
export async function areas(L, map, url, placed, say) {
  const answer = await fetch(url, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) return;
  const layer = L.geoJSON(await answer.json(), {
    style: ({ geometry, properties }) => ({ className: looks(geometry.type, properties.here) }),
    pointToLayer: ({ properties: { count = 1 } }, place) =>
      L.circleMarker(place, {
        radius: Math.min(POINT_RADIUS + 2 * Math.sqrt(count), 22),
      }),
    onEachFeature: ({ properties: { name } }, shape) => {
      if (!name) return;
      shape.bindTooltip(name, { sticky: true });
      shape.on("click", () => say(name));
    },
  });
  if (!placed()) map.fitBounds(layer.getBounds(), { padding: [12, 12] });
  layer.addTo(map).bringToBack();
}

onContent((root) => fresh(root, "[data-place-map]", "map").forEach(draw));

/* The cases of a choice on a map, near ones drawn together. The list beside it says the same. */
import { fresh, onContent } from "../../ui/js/enhance.js";
import { areas, load } from "../../ui/js/place-map.js";

const SHAPES = {
  red: '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z"/>',
  yellow: '<path d="M8 1.2 15.4 14.4H.6z"/>',
  green: '<circle cx="8" cy="8" r="6.5"/>',
  none: '<circle cx="8" cy="8" r="5.5"/>',
  ended: '<circle cx="8" cy="8" r="5.5"/>',
};
const WORST = ["red", "yellow", "green", "none", "ended"];
const NEAR = 48;
const CLOSEST = 19;
const PIN = 28;

let clusters = null;

/** The plug-in that draws near points together; it needs Leaflet to be there. */
function loadClusters(source) {
  clusters ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  return clusters;
}

const looks = ({ light, outcome }) => light || (outcome ? "ended" : "none");

function pin(L, look) {
  const html = `<svg viewBox="0 0 16 16" aria-hidden="true">${SHAPES[look]}</svg>`;
  return L.divIcon({ className: `pin pin--${look}`, html, iconSize: [PIN, PIN] });
}

function bundle(L, group, several) {
  const inside = group.getAllChildMarkers().map((marker) => marker.options.look);
  const look = WORST.find((one) => inside.includes(one));
  const count = group.getChildCount();
  const label = several.replace("%n", count);
  return L.divIcon({
    className: `bundle bundle--${look}`,
    html: `<span aria-hidden="true">${count}</span><span class="sr">${label}</span>`,
    iconSize: [44, 44],
  });
}

/** What a tap on a point opens: its title as a link, and its light in words. */
function card({ number, title, ...state }, canvas) {
  const box = document.createElement("div");
  const link = document.createElement("a");
  link.href = canvas.dataset.case.replace("/0/", `/${number}/`);
  link.textContent = title;
  const words = document.createElement("p");
  words.className = "soft";
  words.textContent = `${canvas.dataset[looks(state)]} · ${number}`;
  box.append(link, words);
  return box;
}

function marker(L, feature, canvas) {
  const [lng, lat] = feature.geometry.coordinates;
  const { properties } = feature;
  const look = looks(properties);
  const title = `${properties.title}，${canvas.dataset[look]}`;
  return L.marker([lat, lng], { icon: pin(L, look), look, title, alt: title }).bindPopup(() =>
    card(properties, canvas),
  );
}

function tell(canvas, found) {
  const says = canvas.parentElement.querySelector("[data-case-map-says]");
  if (!found) {
    says.textContent = says.dataset.failed;
    return;
  }
  const some = found.more ? says.dataset.many : says.dataset.some;
  const sentence = found.shown < found.located ? some : says.dataset.all;
  says.textContent = sentence.replace("%n", found.shown).replace("%t", found.located);
}

async function points(canvas) {
  const headers = { Accept: "application/geo+json, application/json" };
  const answer = await fetch(canvas.dataset.points, { headers });
  return answer.ok ? answer.json() : null;
}

async function draw(canvas) {
  const L = await load(canvas.dataset.leaflet);
  await loadClusters(canvas.dataset.cluster);
  const found = await points(canvas).catch(() => null);
  tell(canvas, found);
  if (!found) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(canvas, {
    attributionControl: false,
    zoomControl: false,
    zoomSnap: 0.5,
    maxZoom: CLOSEST,
    zoomAnimation: !still,
    fadeAnimation: !still,
  });
  L.control
    .zoom({ zoomInTitle: canvas.dataset.zoomIn, zoomOutTitle: canvas.dataset.zoomOut })
    .addTo(map);
  const group = L.markerClusterGroup({
    showCoverageOnHover: false,
    animate: !still,
    maxClusterRadius: NEAR,
    iconCreateFunction: (cluster) => bundle(L, cluster, canvas.dataset.several),
  });
  group.addLayers(found.features.map((feature) => marker(L, feature, canvas)));
  const any = found.features.length > 0;
  if (any) map.fitBounds(group.getBounds(), { padding: [28, 28], maxZoom: 16 });
  map.addLayer(group);
  await areas(L, map, canvas.dataset.areas, () => any, () => {});
}

onContent((root) => fresh(root, "[data-case-map]", "case-map").forEach(draw));

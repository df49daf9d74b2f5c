// The map page: tiles of the two clocks, a legend that switches, a click that asks the server what lies there.
import { canDraw, makeMap } from "./map_frame.js";
import { addImages, focusLayers, leftLayers, styleOf } from "./map_style.js";

const facts = JSON.parse(document.getElementById("map-facts").textContent);
const status = document.getElementById("map-status");
const limits = document.getElementById("map-limits");
const legend = document.getElementById("legend");
const hidden = { kinds: new Set(), c: { hazard: new Set(), release: new Set() }, s: { hazard: new Set() } };
const format = (number) => number.toLocaleString("en").replaceAll(",", "\u202f");

function start() {
  const isGivenView = location.hash.includes("at=");
  const map = makeMap({
    container: "map",
    style: styleOf(facts),
    ...(facts.bounds ? { bounds: facts.bounds } : { center: [0, 20], zoom: 1 }),
    hash: "at",
  });
  window.whitestoneMap = map; // for the browser tests and the benchmark of frames
  const filters = {};
  map.on("style.load", () => {
    addImages(map);
    for (const each of map.getStyle().layers) if (each["source-layer"]) filters[each.id] = [each["source-layer"], each.filter];
    if (facts.focus) focus(map, facts.focus, !isGivenView);
  });
  let waiting = null;
  map.on("dataloading", () => { waiting ??= setTimeout(() => { status.textContent ||= status.dataset.loading; }, 500); });
  map.on("error", (event) => { console.warn(event.error?.message ?? event); status.textContent = status.dataset.failed; });
  map.on("idle", () => {
    clearTimeout(waiting);
    waiting = null;
    if (status.textContent === status.dataset.loading) status.textContent = "";
    sayLimits(map);
    document.documentElement.dataset.map = "idle";
  });
  map.on("click", (event) => ask(map, event.lngLat));
  map.getCanvas().addEventListener("keydown", (event) => { if (event.key === "Enter") ask(map, map.getCenter()); });
  legend.addEventListener("change", (event) => {
    if (event.target.id === "left") return showLeft(map, event.target.checked);
    toggle(event.target);
    apply(map, filters);
  });
  document.addEventListener("click", (event) => {
    const hit = event.target.closest(".hit");
    if (!hit) return;
    for (const other of document.querySelectorAll(".hit[aria-current]")) other.removeAttribute("aria-current");
    hit.setAttribute("aria-current", "true");
    window.htmx.ajax("GET", hit.dataset.card, { target: "#card", swap: "innerHTML" });
    focus(map, hit.dataset.record, false);
  });
  document.getElementById("map-all").addEventListener("click", () => {
    if (facts.everything) map.fitBounds(facts.everything, { padding: 24, maxZoom: 15, animate: false });
  });
  printable(map);
}

function sayLimits(map) {
  // The tiles in view say themselves what they could not draw to scale; nothing is added up twice.
  const said = new Map();
  for (const feature of map.querySourceFeatures("records", { sourceLayer: "limits" })) {
    said.set(JSON.stringify(feature.geometry.coordinates), feature.properties);
  }
  let marks = 0, merged = 0;
  for (const each of said.values()) { marks += each.marks; merged += each.merged; }
  limits.textContent = marks || merged ? limits.dataset.text.replace("{marks}", format(marks)).replace("{merged}", format(merged)) : "";
}

// Asked of the server only when somebody wants to see it: it opens the ledger.
function showLeft(map, isShown) {
  if (!map.getSource("left")) {
    map.addSource("left", { type: "vector", tiles: [location.origin + facts.left], minzoom: 0, maxzoom: facts.maxzoom });
    for (const each of leftLayers()) map.addLayer(each, map.getLayer("focus-fill") ? "focus-fill" : map.getLayer("place-name") ? "place-name" : undefined);
  }
  for (const each of leftLayers()) map.setLayoutProperty(each.id, "visibility", isShown ? "visible" : "none");
}

function toggle(box) {
  const { kind, key } = box.dataset;
  const set = key ? hidden[key][kind] : hidden.kinds;
  if (box.checked) set.delete(box.value); else set.add(box.value);
}

function apply(map, filters) {
  for (const [id, [source, filter]] of Object.entries(filters)) {
    const kind = source === "place_name" ? "place" : source;
    map.setLayoutProperty(id, "visibility", hidden.kinds.has(kind) ? "none" : "visible");
    const parts = ["c", "s"].filter((key) => hidden[key][kind]?.size)
      .map((key) => ["!", ["in", ["get", key], ["literal", [...hidden[key][kind]]]]]);
    map.setFilter(id, parts.length ? ["all", filter ?? true, ...parts] : filter ?? null);
  }
}

function ask(map, at) {
  const reach = (6 * 360) / (512 * 2 ** map.getZoom());
  const query = new URLSearchParams(facts.query);
  for (const [name, value] of Object.entries({ lon: at.lng.toFixed(6), lat: at.lat.toFixed(6), reach, hidden: [...hidden.kinds].join(",") })) query.set(name, value);
  window.htmx.ajax("GET", `/map/at?${query}`, { target: "#at", swap: "innerHTML" }).then(() => {
    const first = document.querySelector("#at .hit");
    if (first) first.click();
    document.querySelector(".panel").scrollTop = 0;
  });
}

async function focus(map, record, fly) {
  const answer = await fetch(`/shape/${record}.json?${facts.query}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const feature = await answer.json();
  const data = feature.geometry ? feature : { type: "FeatureCollection", features: [] };
  if (map.getSource("focus")) map.getSource("focus").setData(data);
  else {
    map.addSource("focus", { type: "geojson", data });
    for (const each of focusLayers()) map.addLayer(each, map.getLayer("place-name") ? "place-name" : undefined);
  }
  if (fly && feature.bbox) {
    map.fitBounds(feature.bbox, { padding: 120, maxZoom: 15, animate: false });
    window.htmx.ajax("GET", `/record/${record}/card?${facts.query}`, { target: "#at", swap: "innerHTML" });
  }
}

function printable(map) {
  const image = new Image();
  image.className = "print-only";
  image.alt = document.title;
  window.addEventListener("beforeprint", () => {
    map.redraw();
    image.src = map.getCanvas().toDataURL();
    document.querySelector(".map-box").append(image);
  });
  window.addEventListener("afterprint", () => image.remove());
}

if (canDraw()) start(); else status.textContent = status.dataset.nogl;

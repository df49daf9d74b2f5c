// Where does one record put its field? Outlines by probability, finds told by who explains them, ground that was searched.
import { canDraw, graticule, makeMap } from "./map_frame.js";
import { colour } from "./map_style.js";

const box = document.getElementById("minefield-map");
const sliders = document.getElementById("sliders");
const is = (role, ...more) => ["all", ["==", ["get", "role"], role], ...more];
const level = (share) => ["==", ["get", "level"], share];
const whose = (name) => ["==", ["get", "whose"], name];
const ACTION = colour("action");
const INK = colour("ink");

function outline(share, opacity, width, dashes) {
  const shown = is("outline", level(share));
  return [
    { id: `fill-${share}`, type: "fill", source: "record", filter: shown, paint: { "fill-color": ACTION, "fill-opacity": opacity } },
    { id: `line-${share}`, type: "line", source: "record", filter: shown, paint: { "line-color": ACTION, "line-width": width, ...(dashes ? { "line-dasharray": dashes } : {}) } },
  ];
}

function find(name, paint) {
  return { id: `find-${name}`, type: "circle", source: "record", filter: is("find", whose(name)), paint: { "circle-radius": 4.5, "circle-stroke-color": INK, "circle-stroke-width": 1.5, ...paint } };
}

function style(data) {
  return {
    version: 8,
    sources: { graticule: { type: "geojson", data: { type: "FeatureCollection", features: [] } }, record: { type: "geojson", data } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } },
      { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#d9d8cf", "line-width": 0.7 } },
      { id: "searched", type: "fill", source: "record", filter: is("searched"), paint: { "fill-color": INK, "fill-opacity": 0.08 } },
      { id: "searched-line", type: "line", source: "record", filter: is("searched"), paint: { "line-color": INK, "line-width": 0.8, "line-opacity": 0.6 } },
      ...outline("99", 0.08, 1, [1, 2]), ...outline("90", 0.16, 2, [4, 2]), ...outline("50", 0.3, 2.5),
      { id: "as-written", type: "line", source: "record", filter: is("as_written"), paint: { "line-color": INK, "line-width": 1.2, "line-dasharray": [2, 2] } },
      { id: "legs", type: "line", source: "record", filter: ["any", is("leg"), is("row")], paint: { "line-color": INK, "line-width": 1, "line-dasharray": [3, 2], "line-opacity": 0.7 } },
      { id: "references", type: "circle", source: "record", filter: is("reference"), paint: { "circle-color": INK, "circle-radius": 6, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } },
      find("other", { "circle-color": "#9aa3a8" }), find("loose", { "circle-color": "#fff" }), find("mine", { "circle-color": INK }),
    ],
  };
}

async function read(address) {
  const answer = await fetch(address);
  return answer.ok ? answer.json() : { features: [], bbox: null };
}

function follow(map) {
  let turn = 0;
  sliders.addEventListener("input", async (event) => {
    event.target.closest("label").querySelector("output").textContent = event.target.value;
    const mine = ++turn;
    const asked = new URL(sliders.dataset.placed, location.href);
    for (const [name, value] of new FormData(sliders)) asked.searchParams.set(name, value);
    const placed = await read(asked);
    // A later movement of the hand is already on its way: an older answer must not draw over it.
    if (mine !== turn || !placed.features.length) return;
    map.getSource("record").setData({ type: "FeatureCollection", features: placed.features });
    document.getElementById("p50").textContent = placed.p50;
    document.getElementById("p90").textContent = placed.p90;
    document.getElementById("p99").textContent = placed.p99;
    document.getElementById("slid").textContent = placed.words;
    box.dataset.placed = String(turn);
  });
}

async function start() {
  const found = await read(box.dataset.shapes);
  if (!found.bbox) return;
  const map = makeMap({ container: box, bounds: found.bbox, fitBoundsOptions: { padding: 40, maxZoom: 18 }, cooperativeGestures: true, style: style(found) });
  const draw = () => map.getSource("graticule")?.setData(graticule(map.getBounds()).data);
  map.on("style.load", draw);
  map.on("moveend", draw);
  map.on("idle", () => { box.dataset.drawn = "yes"; });
  if (sliders) follow(map);
  const ready = () => { box.whitestoneMap = map; box.dispatchEvent(new Event("map-ready")); };
  if (map.isStyleLoaded()) ready(); else map.once("load", ready);
  const landmark = document.getElementById("landmark");
  if (landmark) map.on("click", ({ lngLat }) => {
    if (!landmark.closest("details").open) return;
    landmark.elements.lon.value = lngLat.lng.toFixed(6);
    landmark.elements.lat.value = lngLat.lat.toFixed(6);
  });
}

if (canDraw()) start(); else box.textContent = "";

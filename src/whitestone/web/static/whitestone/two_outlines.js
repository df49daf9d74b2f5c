// How do the outlines of two parties lie over each other, and side by side? Maps of one ground that move together.
import { canDraw, graticule, makeMap } from "./map_frame.js";
import { colour } from "./map_style.js";

const box = document.getElementById("two-outlines");
const words = document.getElementById("two-outlines-words");
const SIDES = {
  ours: { fill: colour("ink"), opacity: 0.16, line: { "line-color": colour("ink"), "line-width": 2.5 } },
  theirs: { fill: colour("action"), opacity: 0.14, line: { "line-color": colour("action"), "line-width": 2, "line-dasharray": [3, 2] } },
  moved: { fill: colour("action"), opacity: 0.08, line: { "line-color": colour("action"), "line-width": 1.5, "line-dasharray": [1, 2] } },
};

// What is no polygon, and parts of a collection, are drawn as what they are.
function parts(feature) {
  const shapes = feature.geometry.type === "GeometryCollection" ? feature.geometry.geometries : [feature.geometry];
  return shapes.map((geometry) => ({ type: "Feature", properties: feature.properties, geometry }));
}

function layersOf(side) {
  const mine = ["==", ["get", "side"], side];
  const isPoint = ["==", ["geometry-type"], "Point"];
  const { fill, opacity, line } = SIDES[side];
  return [
    { id: `${side}-fill`, type: "fill", source: "outlines", filter: ["all", mine, ["==", ["geometry-type"], "Polygon"]], paint: { "fill-color": fill, "fill-opacity": opacity } },
    { id: `${side}-line`, type: "line", source: "outlines", filter: ["all", mine, ["!", isPoint]], paint: line },
    { id: `${side}-point`, type: "circle", source: "outlines", filter: ["all", mine, isPoint], paint: { "circle-color": fill, "circle-radius": 6, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } },
  ];
}

function mapOf(container, read, data, sides) {
  const map = makeMap({
    container,
    bounds: read.bbox,
    fitBoundsOptions: { padding: 32, maxZoom: 18 },
    cooperativeGestures: true,
    style: {
      version: 8,
      sources: { graticule: { type: "geojson", data: { type: "FeatureCollection", features: [] } }, outlines: { type: "geojson", data } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } },
        { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#d9d8cf", "line-width": 0.7 } },
        ...sides.flatMap(layersOf),
      ],
    },
  });
  const draw = () => map.getSource("graticule")?.setData(graticule(map.getBounds()).data);
  map.on("style.load", draw);
  map.on("moveend", draw);
  map.on("idle", () => { container.dataset.drawn = "yes"; });
  return map;
}

// Maps that show the same ground: where one goes, the others follow, and none of them answers back.
function link(maps) {
  let leading = null;
  for (const map of maps) {
    map.on("move", () => {
      if (leading) return;
      leading = map;
      for (const other of maps) if (other !== map) other.jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
      leading = null;
    });
  }
}

async function start() {
  const read = await (await fetch(box.dataset.shapes)).json();
  if (!read.features.length) return;
  const data = { type: "FeatureCollection", features: read.features.flatMap(parts) };
  const map = mapOf(box, read, data, Object.keys(SIDES));
  const ours = mapOf(document.getElementById("map-ours"), read, data, ["ours"]);
  const theirs = mapOf(document.getElementById("map-theirs"), read, data, ["theirs", "moved"]);
  link([map, ours, theirs]);
  for (const tick of document.querySelectorAll("input[data-side]")) {
    tick.addEventListener("change", () => {
      for (const each of [map, ours, theirs]) {
        for (const part of ["fill", "line", "point"]) {
          const id = `${tick.dataset.side}-${part}`;
          if (each.getLayer(id)) each.setLayoutProperty(id, "visibility", tick.checked ? "visible" : "none");
        }
      }
    });
  }
  window.whitestoneOutlines = map;
  window.whitestonePair = [ours, theirs];
}

if (canDraw()) start(); else words.hidden = false;

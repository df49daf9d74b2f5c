// How do the outlines of two parties lie over each other? Ours and theirs on one ground; each can be taken away.
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

async function start() {
  const read = await (await fetch(box.dataset.shapes)).json();
  if (!read.features.length) return;
  const data = { type: "FeatureCollection", features: read.features.flatMap(parts) };
  const map = makeMap({
    container: box,
    bounds: read.bbox,
    fitBoundsOptions: { padding: 32, maxZoom: 18 },
    cooperativeGestures: true,
    style: {
      version: 8,
      sources: { graticule: { type: "geojson", data: { type: "FeatureCollection", features: [] } }, outlines: { type: "geojson", data } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } },
        { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#d9d8cf", "line-width": 0.7 } },
        ...Object.keys(SIDES).flatMap(layersOf),
      ],
    },
  });
  const draw = () => map.getSource("graticule")?.setData(graticule(map.getBounds()).data);
  map.on("style.load", draw);
  map.on("moveend", draw);
  map.on("idle", () => { box.dataset.drawn = "yes"; });
  for (const tick of document.querySelectorAll("input[data-side]")) {
    tick.addEventListener("change", () => {
      for (const part of ["fill", "line", "point"]) {
        map.setLayoutProperty(`${tick.dataset.side}-${part}`, "visibility", tick.checked ? "visible" : "none");
      }
    });
  }
  window.whitestoneOutlines = map;
}

if (canDraw()) start(); else words.hidden = false;

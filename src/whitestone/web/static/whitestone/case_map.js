// Where do the records of one case lie on each other? Outlines told apart by their strokes, the ground in question filled.
import { canDraw, graticule, makeMap } from "./map_frame.js";
import { colour } from "./map_style.js";

const box = document.getElementById("case-map");
const role = ["get", "role"];
const isPoint = ["==", ["geometry-type"], "Point"];

function outline(id, filter, dashes) {
  const paint = { "line-color": colour("ink"), "line-width": 2, ...(dashes ? { "line-dasharray": dashes } : {}) };
  return { id, type: "line", source: "case", filter: ["all", ["!", isPoint], filter], paint };
}

async function start() {
  const found = await (await fetch(box.dataset.shape)).json();
  if (!found.bbox) return;
  const ground = ["==", role, "ground"];
  const map = makeMap({
    container: box,
    bounds: found.bbox,
    fitBoundsOptions: { padding: 24, maxZoom: 18 },
    cooperativeGestures: true,
    style: {
      version: 8,
      sources: { graticule: { type: "geojson", data: { type: "FeatureCollection", features: [] } }, case: { type: "geojson", data: found } },
      layers: [
        { id: "back", type: "background", paint: { "background-color": colour("map-ground") } },
        { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#d9d8cf", "line-width": 0.7 } },
        { id: "ground", type: "fill", source: "case", filter: ["all", ["==", ["geometry-type"], "Polygon"], ground], paint: { "fill-color": colour("action"), "fill-opacity": 0.35 } },
        { id: "ground-edge", type: "line", source: "case", filter: ["all", ["!", isPoint], ground], paint: { "line-color": colour("action"), "line-width": 5, "line-opacity": 0.6 } },
        outline("others", ["all", ["!=", role, "0"], ["!=", role, "1"], ["!", ground]], [0.5, 2]),
        outline("second", ["==", role, "1"], [4, 2]),
        outline("first", ["==", role, "0"]),
        { id: "point", type: "circle", source: "case", filter: isPoint, paint: { "circle-color": colour("ink"), "circle-radius": 6, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } },
      ],
    },
  });
  const draw = () => map.getSource("graticule")?.setData(graticule(map.getBounds()).data);
  map.on("style.load", draw);
  map.on("moveend", draw);
  map.once("idle", () => { box.dataset.drawn = "yes"; });
}

if (canDraw()) start(); else box.textContent = "";

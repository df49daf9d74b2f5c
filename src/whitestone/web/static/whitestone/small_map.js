// Where is this one record? Its outline alone, with a scale and a graticule; it moves only when asked to.
import { canDraw, graticule, makeMap } from "./map_frame.js";
import { colour } from "./map_style.js";

const box = document.getElementById("small-map");

async function start() {
  const feature = await (await fetch(box.dataset.shape)).json();
  if (!feature.geometry) return;
  const isPoint = ["==", ["geometry-type"], "Point"];
  const map = makeMap({
    container: box,
    bounds: feature.bbox,
    cooperativeGestures: true,
    style: {
      version: 8,
      sources: { graticule: { type: "geojson", data: { type: "FeatureCollection", features: [] } }, record: { type: "geojson", data: feature } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } },
        { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#d9d8cf", "line-width": 0.7 } },
        { id: "fill", type: "fill", source: "record", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour("ink"), "fill-opacity": 0.15 } },
        { id: "line", type: "line", source: "record", filter: ["!", isPoint], paint: { "line-color": colour("ink"), "line-width": 2 } },
        { id: "point", type: "circle", source: "record", filter: isPoint, paint: { "circle-color": colour("ink"), "circle-radius": 6, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } },
      ],
    },
  });
  const draw = () => map.getSource("graticule")?.setData(graticule(map.getBounds()).data);
  map.on("style.load", draw);
  map.on("moveend", draw);
}

if (canDraw()) start(); else box.textContent = "";

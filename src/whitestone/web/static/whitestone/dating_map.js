// Where do the finds lie that speak for laying after day D? Each with the letter of its rung; letters survive grey printing.
import { canDraw, graticule, makeMap } from "./map_frame.js";
import { colour } from "./map_style.js";

const box = document.getElementById("dating-map");
const words = document.getElementById("dating-map-words");

// A letter is drawn into a disc by the page itself: no font is fetched from anywhere.
function disc(letter) {
  const size = 44;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.beginPath();
  pen.arc(size / 2, size / 2, letter ? 18 : 8, 0, 2 * Math.PI);
  pen.fillStyle = letter ? colour("ink") : colour("ink-2");
  pen.strokeStyle = "#fff";
  pen.lineWidth = 3;
  pen.fill();
  pen.stroke();
  pen.fillStyle = "#fff";
  pen.font = "bold 24px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(letter, size / 2, size / 2 + 1);
  return pen.getImageData(0, 0, size, size);
}

async function start() {
  const read = await (await fetch(box.dataset.shapes)).json();
  if (!read.features.length) return;
  const map = makeMap({
    container: box,
    bounds: read.bbox,
    fitBoundsOptions: { padding: 32, maxZoom: 15 },
    cooperativeGestures: true,
    style: {
      version: 8,
      sources: { graticule: { type: "geojson", data: { type: "FeatureCollection", features: [] } }, finds: { type: "geojson", data: read } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } },
        { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#d9d8cf", "line-width": 0.7 } },
        { id: "alarm", type: "fill", source: "finds", filter: ["==", ["get", "alarm"], true], paint: { "fill-color": colour("warn"), "fill-opacity": 0.15 } },
        { id: "quiet", type: "line", source: "finds", filter: ["==", ["get", "alarm"], false], paint: { "line-color": colour("ink-2"), "line-width": 1, "line-dasharray": [3, 2] } },
        { id: "alarm-line", type: "line", source: "finds", filter: ["==", ["get", "alarm"], true], paint: { "line-color": colour("warn"), "line-width": 2.5 } },
      ],
    },
  });
  const draw = () => map.getSource("graticule")?.setData(graticule(map.getBounds()).data);
  map.on("style.load", () => {
    for (const rung of ["A", "B", "C", "D", "E"]) map.addImage(rung, disc(rung), { pixelRatio: 2 });
    map.addImage("none", disc(""), { pixelRatio: 2 });
    map.addLayer({ id: "finds", type: "symbol", source: "finds", filter: ["has", "rung"], layout: { "icon-image": ["get", "rung"], "icon-allow-overlap": true, "symbol-sort-key": ["match", ["get", "rung"], "A", 5, "B", 4, "C", 3, "D", 2, "E", 1, 0] } });
    draw();
  });
  map.on("moveend", draw);
  map.on("idle", () => { box.dataset.drawn = "yes"; });
}

if (canDraw()) start(); else words.hidden = false;

// Where did accidents happen that the known hazards do not explain? Letters survive grey printing.
import { canDraw, graticule, makeMap } from "./map_frame.js";
import { colour } from "./map_style.js";

const box = document.getElementById("casualty-map");
const words = document.getElementById("casualty-map-words");

// A letter is drawn into a disc by the page itself: no font is fetched from anywhere.
function disc(letter, fill) {
  const size = 44;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.beginPath();
  pen.arc(size / 2, size / 2, letter ? 18 : 8, 0, 2 * Math.PI);
  pen.fillStyle = fill;
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
      sources: { graticule: { type: "geojson", data: { type: "FeatureCollection", features: [] } }, accidents: { type: "geojson", data: read } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } },
        { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#d9d8cf", "line-width": 0.7 } },
      ],
    },
  });
  const draw = () => map.getSource("graticule")?.setData(graticule(map.getBounds()).data);
  map.on("style.load", () => {
    for (const [letter, fill] of [["R", "warn"], ["O", "ink"], ["H", "ink-2"]]) map.addImage(letter, disc(letter, colour(fill)), { pixelRatio: 2 });
    map.addImage("none", disc("", colour("ink-2")), { pixelRatio: 2 });
    map.addLayer({ id: "accidents", type: "symbol", source: "accidents", layout: { "icon-image": ["get", "lies"], "icon-allow-overlap": true, "symbol-sort-key": ["match", ["get", "lies"], "R", 3, "O", 2, "H", 1, 0] } });
    draw();
  });
  map.on("moveend", draw);
  map.on("idle", () => { box.dataset.drawn = "yes"; });
}

if (canDraw()) start(); else words.hidden = false;

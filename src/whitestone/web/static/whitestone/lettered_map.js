// A small map of lettered points; the letters survive grey printing, and no font is fetched from anywhere.
import { canDraw, graticule, makeMap } from "./map_frame.js";
import { colour } from "./map_style.js";

// A letter is drawn into a disc by the page itself; no letter makes a small disc.
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

async function start(box, asked) {
  const read = await (await fetch(box.dataset.shapes)).json();
  if (!read.features.length) return;
  const map = makeMap({
    container: box,
    bounds: read.bbox,
    fitBoundsOptions: { padding: 32, maxZoom: 15 },
    cooperativeGestures: true,
    style: {
      version: 8,
      sources: { graticule: { type: "geojson", data: { type: "FeatureCollection", features: [] } }, points: { type: "geojson", data: read } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } },
        { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#d9d8cf", "line-width": 0.7 } },
        ...(asked.layers || []),
      ],
    },
  });
  const draw = () => map.getSource("graticule")?.setData(graticule(map.getBounds()).data);
  // The first letter lies on top: later ones are sorted below it.
  const order = asked.letters.flatMap(([letter], at) => [letter, asked.letters.length - at]);
  map.on("style.load", () => {
    for (const [letter, fill] of asked.letters) map.addImage(letter, disc(letter, colour(fill)), { pixelRatio: 2 });
    map.addImage("none", disc("", colour("ink-2")), { pixelRatio: 2 });
    map.addLayer({ id: "points", type: "symbol", source: "points", filter: ["has", asked.property], layout: { "icon-image": ["get", asked.property], "icon-allow-overlap": true, "symbol-sort-key": ["match", ["get", asked.property], ...order, 0] } });
    draw();
    asked.ready?.(map, read.features);
  });
  map.on("moveend", draw);
  map.on("idle", () => { box.dataset.drawn = "yes"; });
}

// `id` of the box; `asked.letters`: pairs of letter and colour, the weightiest first; `asked.property`: which property of
// a point names its letter; `asked.layers`: what is drawn below them from the source "points"; `asked.ready`: is called
// with the map and all features once the points are on it.
export function letteredMap(id, asked) {
  if (canDraw()) start(document.getElementById(id), asked);
  else document.getElementById(`${id}-words`).hidden = false;
}

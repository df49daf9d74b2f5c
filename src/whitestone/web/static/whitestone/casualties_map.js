// Where were people killed or injured? Circles in the middle of coarse squares, by number; a click narrows the page to one.
import { canDraw, graticule, makeMap } from "./map_frame.js";
import { colour } from "./map_style.js";

const box = document.getElementById("casualties-map");
const words = document.getElementById("casualties-map-words");

async function start() {
  const read = await (await fetch(box.dataset.cells)).json();
  if (!read.features.length) { box.hidden = true; return; }
  const most = Math.max(...read.features.map((each) => each.properties.casualties));
  // The area of a circle, not its radius, follows the number.
  const radius = ["+", 3, ["*", 19, ["sqrt", ["/", ["get", "casualties"], most]]]];
  const map = makeMap({
    container: box,
    bounds: read.bbox,
    fitBoundsOptions: { padding: 24, maxZoom: 9 },
    maxZoom: 10,
    cooperativeGestures: true,
    style: {
      version: 8,
      sources: { graticule: { type: "geojson", data: { type: "FeatureCollection", features: [] } }, cells: { type: "geojson", data: read } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } },
        { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#d9d8cf", "line-width": 0.7 } },
        { id: "cells", type: "circle", source: "cells", layout: { "circle-sort-key": ["-", ["get", "casualties"]] }, paint: { "circle-radius": radius, "circle-color": "#3d4f5c", "circle-opacity": 0.55, "circle-stroke-color": "#fff", "circle-stroke-width": 1 } },
      ],
    },
  });
  const draw = () => map.getSource("graticule")?.setData(graticule(map.getBounds()).data);
  map.on("style.load", draw);
  map.on("moveend", draw);
  map.on("click", "cells", (event) => { location.assign(event.features[0].properties.href); });
  map.on("mouseenter", "cells", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "cells", () => { map.getCanvas().style.cursor = ""; });
  map.on("idle", () => { box.dataset.drawn = "yes"; });
}

if (canDraw()) start(); else { box.hidden = true; words.hidden = false; }

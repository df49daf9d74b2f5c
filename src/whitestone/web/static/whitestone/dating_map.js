// Where do the finds lie that speak for laying after day D? Each with the letter of its rung.
import { letteredMap } from "./lettered_map.js";
import { colour } from "./map_style.js";

const layers = [
  { id: "alarm", type: "fill", source: "points", filter: ["==", ["get", "alarm"], true], paint: { "fill-color": colour("warn"), "fill-opacity": 0.15 } },
  { id: "quiet", type: "line", source: "points", filter: ["==", ["get", "alarm"], false], paint: { "line-color": colour("ink-2"), "line-width": 1, "line-dasharray": [3, 2] } },
  { id: "alarm-line", type: "line", source: "points", filter: ["==", ["get", "alarm"], true], paint: { "line-color": colour("warn"), "line-width": 2.5 } },
];

letteredMap("dating-map", { property: "rung", letters: [["A", "ink"], ["B", "ink"], ["C", "ink"], ["D", "ink"], ["E", "ink"]], layers });

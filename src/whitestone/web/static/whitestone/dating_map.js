// Where do the finds lie that speak for laying after day D? Each with the letter of its rung.
import { letteredMap } from "./lettered_map.js";
import { colour } from "./map_style.js";

const layers = [
  { id: "alarm", type: "fill", source: "points", filter: ["==", ["get", "alarm"], true], paint: { "fill-color": colour("warn"), "fill-opacity": 0.15 } },
  { id: "quiet", type: "line", source: "points", filter: ["==", ["get", "alarm"], false], paint: { "line-color": colour("ink-2"), "line-width": 1, "line-dasharray": [3, 2] } },
  { id: "alarm-line", type: "line", source: "points", filter: ["==", ["get", "alarm"], true], paint: { "line-color": colour("warn"), "line-width": 2.5 } },
];

// The months from the first look to the last, both included: "2020-11", "2020-12", "2021-01" …
function monthsBetween(first, last) {
  const made = [];
  for (let [year, month] = first.split("-").map(Number); made.length < 2400; month === 12 ? (year++, month = 1) : month++) {
    made.push(`${year}-${String(month).padStart(2, "0")}`);
    if (made.at(-1) >= last) return made;
  }
  return made;
}

// One month after the other: the finds made by its end, and the districts whose alarm had come by then.
function follow(map, features) {
  const control = document.getElementById("dating-until");
  if (!control) return;
  const slider = control.querySelector("input");
  const [name, count] = control.querySelectorAll("output");
  const months = monthsBetween(control.dataset.first, control.dataset.last);
  slider.max = slider.value = months.length - 1;
  const show = () => {
    const month = months[slider.value];
    const isLate = ["all", ["has", "alarm_in"], ["<=", ["get", "alarm_in"], month]];
    map.setFilter("points", ["all", ["has", "rung"], ["<=", ["get", "month"], month]]);
    map.setFilter("alarm", isLate);
    map.setFilter("alarm-line", isLate);
    map.setFilter("quiet", ["all", ["has", "district"], ["!", isLate]]);
    name.value = month;
    count.value = features.filter(({ properties }) => properties.rung && properties.month <= month).length;
    slider.setAttribute("aria-valuetext", month);
  };
  slider.addEventListener("input", show);
  show();
  control.hidden = false;
}

letteredMap("dating-map", { property: "rung", letters: [["A", "ink"], ["B", "ink"], ["C", "ink"], ["D", "ink"], ["E", "ink"]], layers, ready: follow });

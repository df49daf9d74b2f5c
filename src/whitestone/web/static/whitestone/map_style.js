// How does each record look on the map? Symbols of IMAS 07.11 Annex C: fill by class, outline by status; hatching is ours.
// Few layers and no antialiasing of fills: a laptop without a graphics card must pan twenty thousand shapes.

const css = getComputedStyle(document.documentElement);
export const colour = (name) => css.getPropertyValue(`--${name}`).trim();

const byCode = (values, otherwise) => ["match", ["get", "c"], ...Object.entries(values).flat(), otherwise];
const isArea = ["==", ["geometry-type"], "Polygon"];
const isLine = ["==", ["geometry-type"], "LineString"];
const isPoint = ["==", ["geometry-type"], "Point"];

const HATCH_FROM = 10; // below this zoom a hatch is finer than a pixel's worth of ground
const OUTLINE_FROM = 8;

function pattern(size, draw) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  draw(pen, size);
  return pen.getImageData(0, 0, size, size);
}

function strokes(pen, lines, style, width = 1) {
  pen.strokeStyle = style;
  pen.lineWidth = width;
  for (const [x1, y1, x2, y2] of lines) {
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  }
}

const rising = (s) => [[-1, s + 1, s + 1, -1], [-1, 1, 1, -1], [s - 1, s + 1, s + 1, s - 1]];
const falling = (s) => [[-1, -1, s + 1, s + 1], [s - 1, -1, s + 1, 1], [-1, s - 1, 1, s + 1]];

function dot(pen, s, style) {
  pen.fillStyle = style;
  pen.fillRect(s / 2 - 1, s / 2 - 1, 2, 2);
}

function shape(path, fill, edge) {
  return pattern(16, (pen) => {
    pen.translate(8, 8);
    pen.beginPath();
    path(pen);
    pen.closePath();
    pen.fillStyle = fill;
    pen.strokeStyle = edge;
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.fill();
  });
}

// What is no area of its own class: a flag for an indication, a cross for a spot, a store with a roof for a storage site.
// Shapes of ours, told apart by outline alone, so that they survive grey printing.
const SITES = {
  indication: (pen) => { pen.moveTo(-4, 6); pen.lineTo(-4, -6); pen.lineTo(5, -2.5); pen.lineTo(-3, 1); pen.lineTo(-3, 6); },
  eod_spot: (pen) => { for (const [x, y] of [[-2, -6], [2, -6], [2, -2], [6, -2], [6, 2], [2, 2], [2, 6], [-2, 6], [-2, 2], [-6, 2], [-6, -2], [-2, -2]]) pen.lineTo(x, y); },
  storage_site: (pen) => { pen.moveTo(-5, 6); pen.lineTo(-5, -1); pen.lineTo(0, -6); pen.lineTo(5, -1); pen.lineTo(5, 6); },
};
const isSite = ["in", ["get", "c"], ["literal", Object.keys(SITES)]];

export function addImages(map) {
  const add = (name, image) => map.addImage(name, image);
  add("hatch-cha", pattern(10, (pen, s) => strokes(pen, [...rising(s), ...falling(s)], "rgba(110,0,0,.55)")));
  add("hatch-sha", pattern(10, (pen, s) => strokes(pen, rising(s), "rgba(105,62,0,.6)")));
  add("hatch-unknown", pattern(8, (pen, s) => dot(pen, s, "rgba(40,45,50,.6)")));
  add("hatch-cleared", pattern(8, (pen, s) => strokes(pen, [[0, s / 2, s, s / 2]], colour("cleared"))));
  add("hatch-reduced", pattern(8, (pen, s) => strokes(pen, [[s / 2, 0, s / 2, s]], colour("reduced"))));
  add("hatch-cancelled", pattern(8, (pen, s) => dot(pen, s, colour("cancelled"))));
  for (const [code, path] of Object.entries(SITES)) add(code, shape(path, "#fff", colour("open")));
  add("accident", shape((pen) => { pen.moveTo(0, -6); pen.lineTo(6, 5); pen.lineTo(-6, 5); }, "#111", "#fff"));
  add("item", shape((pen) => pen.rect(-3.5, -3.5, 7, 7), "#333", "#fff"));
  add("minefield_record", shape((pen) => { pen.moveTo(0, -5.5); pen.lineTo(5.5, 0); pen.lineTo(0, 5.5); pen.lineTo(-5.5, 0); }, "#fff", "#333"));
  for (const kind of ["activity", "task", "inspection"]) {
    add(kind, shape((pen) => pen.arc(0, 0, 4.5, 0, 7), "#fff", colour("action")));
  }
}

const layer = (id, type, kind, filter, paint, more = {}) => ({ id, type, source: "records", "source-layer": kind, filter, paint, ...more });

const classes = { cha: colour("cha"), sha: colour("sha") };
const outcomes = { cleared: colour("cleared"), reduced: colour("reduced"), cancelled: colour("cancelled") };
const wide = (low, high) => ["interpolate", ["linear"], ["zoom"], OUTLINE_FROM, low, 14, high];
// Sub-states wear the outline of the state that they belong to.
const WORKED_ON = ["worked_on", "suspended", "awaiting_qc", "awaiting_handover"];
const CLOSED = ["closed", "handed_over"];
const KNOWN_STATUS = ["open", ...WORKED_ON, ...CLOSED];

const iconAt = { "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 6, 0.3, 9, 0.55, 12, 1] };

function hazardLayers() {
  const outline = (status, filter, paint) =>
    layer(`hazard-${status}`, "line", "hazard", ["all", isArea, filter], { "line-width": wide(0.6, 2), ...paint }, { minzoom: OUTLINE_FROM });
  const is = (...codes) => ["in", ["get", "s"], ["literal", codes]];
  return [
    layer("hazard-fill", "fill", "hazard", isArea, { "fill-color": byCode(classes, colour("class-unknown")), "fill-opacity": 0.5, "fill-antialias": false }),
    layer("hazard-hatch", "fill", "hazard", isArea, { "fill-pattern": byCode({ cha: "hatch-cha", sha: "hatch-sha" }, "hatch-unknown"), "fill-antialias": false }, { minzoom: HATCH_FROM }),
    outline("closed", is(...CLOSED), { "line-color": colour("closed") }),
    outline("unknown", ["!", ["in", ["get", "s"], ["literal", KNOWN_STATUS]]], { "line-color": colour("status-unknown"), "line-width": wide(0.4, 1), "line-dasharray": [1, 2] }),
    outline("worked_on", is(...WORKED_ON), { "line-color": colour("worked-on"), "line-dasharray": [3, 1.5] }),
    outline("open", is("open"), { "line-color": colour("open") }),
    layer("hazard-line", "line", "hazard", isLine, { "line-color": byCode(classes, colour("class-unknown")), "line-width": 3 }),
    layer("hazard-point", "circle", "hazard", ["all", isPoint, ["!", isSite]], { "circle-color": byCode(classes, colour("class-unknown")), "circle-opacity": 0.6, "circle-radius": ["interpolate", ["linear"], ["zoom"], 5, 1.5, 11, 5], "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 5, 0.4, 11, 1.5], "circle-stroke-color": colour("open") }),
    layer("hazard-site", "symbol", "hazard", ["all", isPoint, isSite], {}, { layout: { "icon-image": ["get", "c"], ...iconAt } }),
  ];
}

function releaseLayers() {
  return [
    layer("release-fill", "fill", "release", isArea, { "fill-color": byCode(outcomes, colour("class-unknown")), "fill-opacity": 0.28, "fill-antialias": false }),
    layer("release-hatch", "fill", "release", ["all", isArea, ["in", ["get", "c"], ["literal", Object.keys(outcomes)]]],
      { "fill-pattern": byCode({ cleared: "hatch-cleared", reduced: "hatch-reduced" }, "hatch-cancelled"), "fill-antialias": false }, { minzoom: HATCH_FROM }),
    layer("release-line", "line", "release", isArea, { "line-color": byCode(outcomes, colour("class-unknown")), "line-width": wide(0.5, 1.5) }, { minzoom: OUTLINE_FROM + 1 }),
  ];
}

function otherLayers(kind) {
  return [
    layer(`${kind}-area`, "line", kind, ["!", isPoint], { "line-color": colour("action"), "line-width": 1 }),
    layer(`${kind}-point`, "symbol", kind, isPoint, {}, { layout: { "icon-image": kind, ...iconAt } }),
  ];
}

// The ground that is left: the colour of its class, full, in a dark outline, over the outlines as they were recorded.
export const leftLayers = () => {
  const of = (id, type, paint) => ({ id, type, source: "left", "source-layer": "remaining", filter: isArea, paint });
  return [
    of("left-fill", "fill", { "fill-color": byCode(classes, colour("class-unknown")), "fill-opacity": 0.8, "fill-antialias": false }),
    of("left-line", "line", { "line-color": colour("ink"), "line-width": wide(0.6, 1.6) }),
  ];
};

export const focusLayers = () => {
  const ink = colour("ink");
  return [
    { id: "focus-fill", type: "fill", source: "focus", filter: ["all", isArea, ["!=", ["get", "kind"], "place"]], paint: { "fill-color": ink, "fill-opacity": 0.12 } },
    { id: "focus-line", type: "line", source: "focus", filter: ["!", isPoint], paint: { "line-color": ink, "line-width": 3 } },
    { id: "focus-point", type: "circle", source: "focus", filter: isPoint, paint: { "circle-radius": 9, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": ink, "circle-stroke-width": 3 } },
  ];
};

// One source for nearly everything: each further one costs a pass over the whole screen in every frame.
export function styleOf(facts) {
  const there = (kind) => facts.kinds.includes(kind);
  const boundary = facts.boundary ? { boundary: { type: "geojson", data: facts.boundary } } : {};
  return {
    version: 8,
    sources: { records: { type: "vector", tiles: [location.origin + facts.tiles], minzoom: 0, maxzoom: facts.maxzoom }, ...boundary },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } },
      ...(facts.boundary ? [{ id: "boundary", type: "line", source: "boundary", paint: { "line-color": "#6d767b", "line-width": 1.4 } }] : []),
      layer("graticule", "line", "graticule", true, { "line-color": "#dcdbd2", "line-width": 1 }),
      ...(there("place") ? [layer("place-line", "line", "place", ["!", isPoint], { "line-color": "#a2a9ac", "line-width": ["interpolate", ["linear"], ["zoom"], 5, 0.4, 12, 1.2] })] : []),
      ...(there("release") ? releaseLayers() : []),
      ...(there("hazard") ? hazardLayers() : []),
      ...["activity", "task", "inspection", "minefield_record", "item", "accident"].filter(there).flatMap(otherLayers),
      ...(there("place") ? [layer("place-name", "symbol", "place_name", isPoint, { "text-color": "#3f474d", "text-halo-color": "#fff", "text-halo-width": 1.2 },
        { layout: { "text-field": ["get", "name"], "text-font": ["system-ui"], "text-size": 11, "text-max-width": 8, "text-padding": 8 } })] : []),
    ],
  };
}

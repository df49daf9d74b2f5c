// What every map of ours shares: one file of MapLibre, a light setting for machines without a graphics card, a graticule.
import { Map, NavigationControl, ScaleControl, setWorkerUrl } from "/static/vendor/maplibre-gl.mjs";

setWorkerUrl("/static/vendor/maplibre-gl-worker.mjs");

export function canDraw() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

function isSoftware() {
  const gl = document.createElement("canvas").getContext("webgl2");
  const about = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = about ? gl.getParameter(about.UNMASKED_RENDERER_WEBGL) : "";
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

export function makeMap(options) {
  const software = isSoftware();
  const ratio = software ? 1 : Math.min(window.devicePixelRatio || 1, 2);
  const map = new Map({
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: false,
    fadeDuration: 0,
    maxZoom: 19,
    pixelRatio: ratio,
    fitBoundsOptions: { padding: 24, maxZoom: 15 },
    ...options,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const atStart = document.documentElement.dir === "rtl" ? "left" : "right";
  map.addControl(new NavigationControl({ showCompass: false }), `top-${atStart}`);
  map.addControl(new ScaleControl({ maxWidth: 140 }), `bottom-${atStart === "right" ? "left" : "right"}`);
  if (software) coarseWhileMoving(map, ratio);
  return map;
}

// Without a graphics card every pixel costs the processor: while the map moves it is drawn coarsely, and sharply when it rests.
function coarseWhileMoving(map, ratio) {
  const shares = [1, 0.5, 0.34];
  let rest = null, level = 0, last = 0, slow = 0;
  const change = (to) => { level = to; slow = 0; map.setPixelRatio(ratio * shares[to]); };
  map.on("move", () => {
    clearTimeout(rest);
    rest = setTimeout(() => { if (level && !map.isMoving()) change(0); }, 180);
    if (!map.isMoving()) return;
    const now = performance.now();
    // Four slow frames in a row: this machine needs fewer pixels still.
    slow = now - last > 42 && now - last < 500 ? slow + 1 : 0;
    last = now;
    if (!level) change(1); else if (slow >= 4 && level < shares.length - 1) change(level + 1);
  });
}

const STEPS = [30, 10, 5, 2, 1, 0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005];

export function graticule(bounds) {
  const span = Math.max(bounds.getEast() - bounds.getWest(), 1e-6);
  const step = STEPS.find((each) => span / each >= 4) ?? STEPS.at(-1);
  const lines = [];
  const from = (value) => Math.floor(value / step) * step;
  const [w, e, s, n] = [from(bounds.getWest()), bounds.getEast() + step, Math.max(from(bounds.getSouth()), -85), Math.min(bounds.getNorth() + step, 85)];
  for (let lon = w; lon <= e; lon += step) lines.push([[lon, s], [lon, n]]);
  for (let lat = s; lat <= n; lat += step) lines.push([[w, lat], [e, lat]]);
  return { step, data: { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines.slice(0, 200) } } };
}

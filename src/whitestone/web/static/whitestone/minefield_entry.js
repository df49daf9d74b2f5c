// How does a paper sheet become a record? It is copied field by field, drawn as written beside it, and kept when asked.
import { canDraw, graticule, makeMap } from "./map_frame.js";
import { colour } from "./map_style.js";

const form = document.getElementById("sheet");
const box = document.getElementById("entry-map");
const plain = document.getElementById("entry-plain");
const LISTS = [...form.querySelectorAll("[data-list]")].map((each) => each.dataset.list);
const AT_FIRST = { reference_points: 2, legs: 5 };
let map = null;

function addRow(list, focus) {
  const body = form.querySelector(`[data-list="${list}"] tbody`);
  body.append(document.getElementById(`row-${list}`).content.cloneNode(true));
  const last = body.lastElementChild;
  // Legs of one sheet are written alike: a new line starts with the units of the one above it.
  const above = last.previousElementSibling;
  if (above && list === "legs") for (const each of last.querySelectorAll("select")) each.value = above.querySelector(`[data-field="${each.dataset.field}"]`).value;
  if (focus) last.querySelector("input").focus();
}

const isEmpty = (line) => ![...line.querySelectorAll("input")].some((cell) => cell.value.trim());

// What is chosen for one leg holds for the empty lines below it as well.
function followDown(select) {
  const legs = select.closest('[data-list="legs"]');
  if (!legs) return;
  for (let line = select.closest("tr").nextElementSibling; line && isEmpty(line); line = line.nextElementSibling) {
    line.querySelector(`[data-field="${select.dataset.field}"]`).value = select.value;
  }
}

function numberOr(text) {
  const plain = text.trim().replace(",", ".");
  return plain !== "" && /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : text.trim() || null;
}

function counts(text) {
  const found = {};
  for (const part of text.split(/[,;]/)) {
    const at = part.lastIndexOf(":");
    if (at > 0) found[part.slice(0, at).trim()] = numberOr(part.slice(at + 1));
  }
  return found;
}

const READ = { number: numberOr, code: numberOr, counts, flag: (text) => ({ yes: true, no: false })[text.trim().toLowerCase()] ?? (text.trim() || null) };
const read = (cell) => (READ[cell.dataset.read] ?? ((text) => text.trim() || null))(cell.value);

function rowsOf(list) {
  return [...form.querySelectorAll(`[data-list="${list}"] tbody tr`)].map((line) => {
    const cells = [...line.querySelectorAll("[data-field]")];
    const isChosen = list !== "legs" && [...line.querySelectorAll("select")].some((cell) => cell.value);
    if (isEmpty(line) && !isChosen) return null;
    return Object.fromEntries(cells.map((cell) => [cell.dataset.field, read(cell)]));
  }).filter(Boolean);
}

// "T1-T2-T3" are three points, unless the legs know one that is called so.
function stations(text, legs) {
  const known = new Set(legs.flatMap((leg) => [leg.from, leg.to]));
  return text.split(/[\s,;→–]+/).filter(Boolean).flatMap((word) => {
    const parts = word.split("-").filter(Boolean);
    return !known.has(word) && parts.length > 1 && parts.every((part) => known.has(part)) ? parts : [word];
  });
}

function stated(attribute) {
  const found = [...form.querySelectorAll(`[${attribute}]`)].map((cell) => [cell.getAttribute(attribute), read(cell)]);
  return Object.fromEntries(found.filter(([, value]) => value !== null));
}

function sheet() {
  const said = (name) => form.elements[name].value.trim() || null;
  const epsg = said("epsg_other") ?? said("epsg");
  const legs = rowsOf("legs");
  const lists = Object.fromEntries(LISTS.map((list) => [list, list === "legs" ? legs : rowsOf(list)]).filter(([, rows]) => rows.length));
  const transfer = stated("data-transfer");
  return {
    id: said("id"), batch: said("batch"), standard: said("standard"), laid_from: said("laid_from"), laid_to: said("laid_to"),
    recorded_on: said("recorded_on"), scale_direction: said("scale_direction"), pace_m: numberOr(form.elements.pace_m.value),
    total: numberOr(form.elements.total.value), remarks: said("remarks"), ...stated("data-member"),
    crs: { epsg: epsg && numberOr(epsg), operation: numberOr(form.elements.operation.value), basis: epsg ? said("basis") : "unknown" },
    ...lists, perimeter: stations(said("perimeter") ?? "", legs), quantities: counts(form.elements.quantities.value),
    ...(Object.keys(transfer).length ? { transfer } : {}),
  };
}

async function send(address, body) {
  return fetch(address, { method: "POST", headers: { "X-Whitestone-Token": form.dataset.token, Accept: "application/json" }, body });
}

function show(list, rows) {
  document.getElementById(list).replaceChildren(...rows);
}

function line(tag, text, className) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function draw(drawn) {
  if (!canDraw() || !drawn.bbox) return;
  const data = { type: "FeatureCollection", features: drawn.features };
  if (map) { map.resize(); map.getSource("sheet")?.setData(data); map.fitBounds(drawn.bbox, { padding: 40, maxZoom: 18, duration: 0 }); return; }
  const role = (name) => ["==", ["get", "role"], name];
  map = makeMap({ container: box, bounds: drawn.bbox, fitBoundsOptions: { padding: 40, maxZoom: 18 }, cooperativeGestures: true, style: {
    version: 8,
    sources: { graticule: { type: "geojson", data: { type: "FeatureCollection", features: [] } }, sheet: { type: "geojson", data } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour("map-ground") } },
      { id: "graticule", type: "line", source: "graticule", paint: { "line-color": "#d9d8cf", "line-width": 0.7 } },
      { id: "field", type: "fill", source: "sheet", filter: role("field"), paint: { "fill-color": colour("action"), "fill-opacity": 0.25 } },
      { id: "legs", type: "line", source: "sheet", filter: role("leg"), paint: { "line-color": colour("ink"), "line-width": 1.2, "line-dasharray": [3, 2] } },
      { id: "rows", type: "line", source: "sheet", filter: role("row"), paint: { "line-color": colour("ink"), "line-width": 2 } },
      { id: "stations", type: "circle", source: "sheet", filter: role("station"), paint: { "circle-color": "#fff", "circle-radius": 4, "circle-stroke-color": colour("ink"), "circle-stroke-width": 1.5 } },
      { id: "references", type: "circle", source: "sheet", filter: role("reference"), paint: { "circle-color": colour("ink"), "circle-radius": 6 } },
    ],
  } });
  const lines = () => map.getSource("graticule")?.setData(graticule(map.getBounds()).data);
  map.on("style.load", lines);
  map.on("moveend", lines);
  map.on("idle", () => { box.dataset.drawn = "yes"; });
}

// A sheet that lies nowhere yet has a shape all the same: the server draws it, and it stands where the map would.
function showPlain(drawn) {
  plain.innerHTML = drawn;
  plain.hidden = !drawn;
  box.hidden = Boolean(drawn);
}

let turn = 0;
async function check() {
  const mine = ++turn;
  const answer = await send(form.dataset.check, JSON.stringify(sheet()));
  const told = await answer.json();
  if (mine !== turn) return;
  show("findings", (told.findings ?? [{ where: "", message: told.error?.message ?? "" }]).map((each) => line("li", [each.where, each.message].filter(Boolean).join(": "), each.severity)));
  show("facts", Object.entries(told.facts ?? {}).flatMap(([name, value]) => [line("dt", name), line("dd", value)]));
  showPlain(told.plain ?? "");
  draw(told.drawn ?? {});
  box.dataset.checked = String(mine);
}

let waiting = null;
form.addEventListener("change", (event) => { if (event.target.tagName === "SELECT") followDown(event.target); });
// Enter is a habit of people who type lists; it must not keep half a sheet.
form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault(); });
form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(check, 350); });
form.addEventListener("click", (event) => {
  if (!("drop" in event.target.dataset)) return;
  event.target.closest("tr").remove();
  check();
});
// The last line of a list always is an empty one, so that nobody has to ask for more.
form.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-list] tbody tr");
  if (row && !row.nextElementSibling) addRow(row.closest("[data-list]").dataset.list, false);
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new FormData();
  body.set("sheet", JSON.stringify(sheet()));
  if (form.elements.scan.files.length) body.set("scan", form.elements.scan.files[0]);
  const answer = await send(form.dataset.enter, body);
  const told = await answer.json();
  const status = document.getElementById("kept");
  status.replaceChildren(line("span", answer.ok ? told.words : [told.error?.message, told.error?.next].filter(Boolean).join(" "), answer.ok ? "" : "note"));
  if (answer.ok) { const link = line("a", told.link_words); link.href = told.address; status.append(" ", link); for (const each of told.twins) status.append(line("p", each, "note")); }
});

for (const list of LISTS) for (let at = 0; at < (AT_FIRST[list] ?? 1); at += 1) addRow(list, false);

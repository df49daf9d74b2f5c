// Where does a scanned sketch lie on the map? Points clicked on both, how far each is off, and the scan drawn where it fits.
const box = document.getElementById("minefield-map");
const token = document.getElementById("sliders").dataset.token;
const FIELDS = ["x", "y", "lon", "lat"];

function line(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

class Sketch {
  constructor(figure) {
    this.figure = figure;
    this.image = figure.querySelector("img");
    this.body = figure.querySelector(".control tbody");
    this.details = figure.querySelector("details");
    this.turn = 0;
    for (const point of [...JSON.parse(figure.dataset.points), {}]) this.add(point);
    figure.addEventListener("input", (event) => { if (!event.target.matches(".reason")) this.changed(); });
    figure.addEventListener("click", (event) => this.clicked(event));
    figure.querySelector("[data-keep]").addEventListener("click", () => this.fit(true));
    if (this.image.complete) this.fit(false); else this.image.addEventListener("load", () => this.fit(false));
  }

  add(point) {
    this.body.append(document.getElementById("row-control").content.cloneNode(true));
    const row = this.body.lastElementChild;
    for (const name of FIELDS) if (point[name] !== undefined) this.cell(row, name).value = point[name];
  }

  cell(row, name) { return row.querySelector(`[data-field="${name}"]`); }

  rows() { return [...this.body.children]; }

  number(row, name) {
    const text = this.cell(row, name).value.trim().replace(",", ".");
    return text === "" ? null : Number(text);
  }

  // A row counts when all four numbers stand in it.
  whole() {
    return this.rows().filter((row) => FIELDS.every((name) => Number.isFinite(this.number(row, name) ?? NaN)));
  }

  clicked(event) {
    if ("drop" in event.target.dataset) { event.target.closest("tr").remove(); this.changed(); return; }
    if (event.target !== this.image) return;
    this.details.open = true;
    const scale = this.image.naturalWidth / this.image.clientWidth;
    const waiting = this.rows().find((row) => this.cell(row, "lon").value === "") ?? this.last();
    this.cell(waiting, "x").value = (event.offsetX * scale).toFixed(0);
    this.cell(waiting, "y").value = (event.offsetY * scale).toFixed(0);
    this.changed();
  }

  onMap({ lng, lat }) {
    if (!this.details.open) return;
    const waiting = this.rows().find((row) => this.cell(row, "x").value !== "" && this.cell(row, "lon").value === "");
    if (!waiting) return;
    this.cell(waiting, "lon").value = lng.toFixed(7);
    this.cell(waiting, "lat").value = lat.toFixed(7);
    this.changed();
  }

  last() { this.add({}); return this.body.lastElementChild; }

  changed() {
    const rows = this.rows();
    if (!rows.length || FIELDS.some((name) => this.cell(rows.at(-1), name).value !== "")) this.add({});
    this.marks();
    this.fit(false);
  }

  marks() {
    const held = this.image.parentElement;
    for (const old of held.querySelectorAll(".mark")) old.remove();
    this.rows().forEach((row, at) => {
      const [x, y] = [this.number(row, "x"), this.number(row, "y")];
      if (x === null || y === null || !this.image.naturalWidth) return;
      const mark = line("span", String(at + 1));
      mark.className = "mark";
      mark.style.insetInlineStart = `${(100 * x) / this.image.naturalWidth}%`;
      mark.style.insetBlockStart = `${(100 * y) / this.image.naturalHeight}%`;
      held.append(mark);
    });
  }

  async fit(keep) {
    this.marks();
    const rows = this.whole();
    const kind = this.figure.querySelector(".kind").value;
    const said = this.figure.querySelector(".said");
    for (const row of this.rows()) row.querySelector("output").textContent = "";
    if (!keep && rows.length < (kind === "affine" ? 3 : 2)) return;
    const mine = ++this.turn;
    const points = rows.map((row) => Object.fromEntries(FIELDS.map((name) => [name, this.number(row, name)])));
    const asked = { points, kind, keep, width: this.image.naturalWidth, height: this.image.naturalHeight, reason: this.figure.querySelector(".reason").value };
    const answer = await fetch(this.figure.dataset.scan, { method: "POST", headers: { "X-Whitestone-Token": token, Accept: "application/json" }, body: JSON.stringify(asked) });
    const told = await answer.json();
    if (mine !== this.turn) return;
    if (!answer.ok) { said.textContent = [told.error?.message, told.error?.next].filter(Boolean).join(" "); return; }
    rows.forEach((row, at) => { row.querySelector("output").textContent = told.residuals[at]; });
    this.figure.querySelector(".fit").replaceChildren(...Object.entries(told.facts).flatMap(([name, value]) => [line("dt", name), line("dd", value)]));
    said.textContent = told.words;
    this.draw(told.corners);
  }

  draw(corners) {
    const map = box.whitestoneMap;
    if (!map) return;
    const id = this.figure.dataset.scan;
    const through = Number(this.figure.querySelector(".through").value);
    const source = map.getSource(id);
    if (source) source.setCoordinates(corners);
    else {
      map.addSource(id, { type: "image", url: this.image.src, coordinates: corners });
      map.addLayer({ id, type: "raster", source: id, paint: { "raster-fade-duration": 0 } }, "searched");
    }
    map.setPaintProperty(id, "raster-opacity", through);
    box.dataset.sketched = String(this.turn);
  }
}

const sketches = [...document.querySelectorAll("[data-scan]")].filter((each) => each.querySelector("img")).map((each) => new Sketch(each));
box.addEventListener("map-ready", () => {
  for (const each of sketches) each.fit(false);
  box.whitestoneMap.on("click", ({ lngLat }) => { for (const each of sketches) each.onMap(lngLat); });
});

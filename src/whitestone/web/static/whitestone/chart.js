// Draws the definition that stands on the page; the interpreter evaluates expressions without eval, as the policy asks.
const holder = document.getElementById("chart");
const definition = document.getElementById("chart-spec");
if (holder && definition && window.vegaEmbed) {
  window.vegaEmbed(holder, JSON.parse(definition.textContent), {
    actions: false, renderer: "svg", ast: true, defaultStyle: false, tooltip: { disableDefaultStyle: true },
    config: { font: getComputedStyle(document.body).fontFamily, axis: { labelFontSize: 11, titleFontSize: 11 }, view: { stroke: null } },
  }).catch((error) => { holder.textContent = ""; console.warn(error); holder.hidden = true; });
}

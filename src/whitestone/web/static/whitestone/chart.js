// Draws the definitions that stand on the page; the interpreter evaluates expressions without eval, as the policy asks.
for (const holder of document.querySelectorAll(".chart[data-spec]")) {
  const definition = document.getElementById(holder.dataset.spec);
  if (!definition || !window.vegaEmbed) continue;
  window.vegaEmbed(holder, JSON.parse(definition.textContent), {
    actions: false, renderer: "svg", ast: true, defaultStyle: false, tooltip: { disableDefaultStyle: true },
    config: { font: getComputedStyle(document.body).fontFamily, axis: { labelFontSize: 11, titleFontSize: 11 }, view: { stroke: null } },
  }).catch((error) => { holder.textContent = ""; console.warn(error); holder.hidden = true; });
}

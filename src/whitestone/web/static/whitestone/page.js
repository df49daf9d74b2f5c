// What a page does beyond links and forms: keep focus sensible after a part was replaced. Everything works without it.

// A figure that is still being computed answers 202: ask again, and show the whole page once it is there.
async function waitForFigure() {
  const answer = await fetch(location.href, { method: "HEAD", headers: { Accept: "text/html" } }).catch(() => null);
  if (answer && answer.status !== 202) location.reload();
  else setTimeout(waitForFigure, 700);
}
if (document.querySelector("[data-wait]")) setTimeout(waitForFigure, 500);

document.addEventListener("htmx:responseError", (event) => {
  const target = event.detail.target;
  if (target) {
    target.innerHTML = event.detail.xhr.responseText.includes("<html") ? "" : event.detail.xhr.responseText;
    target.setAttribute("role", "alert");
  }
});

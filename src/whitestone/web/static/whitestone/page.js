// What a page does beyond links and forms: keep focus sensible after a part was replaced. Everything works without it.
document.addEventListener("htmx:responseError", (event) => {
  const target = event.detail.target;
  if (target) {
    target.innerHTML = event.detail.xhr.responseText.includes("<html") ? "" : event.detail.xhr.responseText;
    target.setAttribute("role", "alert");
  }
});

// Which sections of a page a teammate has closed: kept in this browser, under the teammate's own key. Without this file
// every section is open.
"use strict";

{
  const teammate = document.currentScript.dataset.teammate;
  const key = (section) => `section:${teammate}:${section.id}`;
  const SECTIONS = ".section[id] > details";

  const restore = () => {
    for (const details of document.querySelectorAll(SECTIONS)) {
      if (localStorage.getItem(key(details.parentElement)) === "closed") details.open = false;
    }
  };

  // A click, not "toggle": that is also told of what a swap brings in open.
  document.addEventListener("click", (event) => {
    const details = event.target.closest("summary")?.parentElement;
    if (!details?.matches(SECTIONS)) return;
    if (details.open) localStorage.setItem(key(details.parentElement), "closed");
    else localStorage.removeItem(key(details.parentElement));
  });

  document.addEventListener("htmx:afterSettle", restore);
  if (teammate) restore();
}

// The filter builder: its panel opens below what was clicked, closes, and is walked with the arrows. Without this file
// the same links lead to pages.
"use strict";

{
  const panelOf = () => document.getElementById("filter-panel");
  const isAlone = (panel) => panel.parentElement.matches(".is-alone"); // as a page of its own
  let opener = ""; // the id of what the panel belongs to

  const place = () => {
    const panel = panelOf();
    const from = document.getElementById(opener);
    if (!panel?.childElementCount || !from || isAlone(panel)) return;
    const float = panel.parentElement; // without an id: htmx copies the style of what has one, which the CSP forbids
    const bar = document.getElementById("filter-bar").getBoundingClientRect();
    const chip = (from.closest(".chip") || from).getBoundingClientRect();
    float.style.insetBlockStart = `${chip.bottom - bar.top + 4}px`;
    float.style.insetInlineStart = `${Math.max(0, Math.min(chip.left - bar.left, bar.width - float.offsetWidth))}px`;
    panel.scrollIntoView({ block: "nearest" });
  };

  const mark = () => {
    for (const link of document.querySelectorAll("#filter-bar [aria-expanded]")) {
      link.removeAttribute("aria-expanded");
      link.classList.remove("is-open");
    }
    if (!panelOf()?.childElementCount) return;
    const from = document.getElementById(opener);
    from?.setAttribute("aria-expanded", "true");
    from?.classList.add("is-open");
  };

  const close = () => {
    panelOf().replaceChildren();
    mark();
  };

  // --- htmx: what opens the panel, and where the hand goes when a filter was applied

  const results = new WeakMap(); // request → the chip that its form makes

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target, xhr } = event.detail;
    // Enter is not overtaken by what was still being looked for
    if (elt.id === "filter-search" && elt.form.matches(".htmx-request")) return event.preventDefault();
    if (target?.id === "filter-panel" && !target.contains(elt)) opener = elt.id;
    if (elt.dataset?.then) results.set(xhr, elt.dataset.then);
  });

  document.addEventListener("htmx:afterSettle", ({ detail: { target, xhr } }) => {
    place();
    mark();
    if (target?.id === "main" && results.has(xhr)) document.getElementById(results.get(xhr))?.focus();
  });

  window.addEventListener("resize", place);

  // --- what did not fit is being mended: the preview says the rest

  document.addEventListener("input", ({ target }) => {
    if (target.id !== "filter-input" || !target.matches("[aria-invalid]")) return;
    target.removeAttribute("aria-invalid");
    target.removeAttribute("aria-describedby");
    document.getElementById("filter-error")?.remove();
  });

  // --- closing

  document.addEventListener("click", (event) => {
    const panel = panelOf();
    if (!panel?.childElementCount || isAlone(panel)) return;
    if (event.target.closest("[data-filter-close]")) {
      event.preventDefault();
      close();
      document.getElementById(opener)?.focus();
    } else if (event.target.isConnected && !panel.contains(event.target) && !event.target.closest("#filter-bar a")) {
      close();
    }
  });

  // --- the picker: arrows walk through what there is, typing goes on searching

  const STEPS = { ArrowDown: 1, ArrowUp: -1 };

  // Enter applies a choice as it applies what was typed
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("#filter-panel select")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });

  document.addEventListener("keydown", (event) => {
    const picker = event.target.closest(".filter-picker");
    if (!picker || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = picker.querySelector("input[type='search']");
    const stops = [search, ...picker.querySelectorAll(".filter-choices a")];
    const at = stops.indexOf(event.target);
    if (at >= 0 && event.key in STEPS) {
      event.preventDefault();
      stops[Math.max(0, Math.min(stops.length - 1, at + STEPS[event.key]))].focus();
    } else if (at > 0 && event.key.length === 1 && event.key !== " ") {
      search.focus(); // and the letter goes there
    }
  });
}

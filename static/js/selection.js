// Ticking rows of a list: a whole page at once, a range with Shift, or all that match. The boxes and the buttons are a
// plain form: without this file they are always there.
"use strict";

{
  const form = () => document.getElementById("selection");
  const rows = () => [...document.querySelectorAll('input[name="chosen"][form="selection"]')];
  const pageBox = () => document.querySelector("[data-select-page]");
  const allBox = () => document.querySelector("[data-select-all]");
  let last = null; // the box that was clicked before

  const show = () => {
    const bar = form();
    if (!bar) return;
    const boxes = rows();
    const ticked = boxes.filter((box) => box.checked).length;
    const isWhole = ticked > 0 && ticked === boxes.length;
    const all = allBox();
    if (!isWhole) all.checked = false;
    pageBox().checked = isWhole;
    pageBox().indeterminate = ticked > 0 && !isWhole;
    bar.classList.toggle("is-idle", ticked === 0);
    bar.classList.toggle("is-whole", isWhole && bar.hasAttribute("data-is-longer"));
    const said = bar.querySelector("[data-selected]");
    said.textContent = all.checked
      ? `All ${document.getElementById("select-total").textContent} selected`
      : `${ticked} selected`;
  };

  const tickRange = (box) => {
    const boxes = rows();
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    if (from >= 0) for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
  };

  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.('input[name="chosen"][form="selection"]')) return;
    if (event.shiftKey && last) tickRange(box);
    last = box;
    show();
  });

  document.addEventListener("change", (event) => {
    if (event.target === pageBox()) for (const box of rows()) box.checked = event.target.checked;
    if ([pageBox(), allBox()].includes(event.target)) show();
  });

  document.addEventListener("reset", (event) => {
    if (event.target === form()) setTimeout(() => (pageBox().focus(), show())); // the boxes are cleared after this
  });

  document.addEventListener("htmx:afterSettle", show);
  show(); // a browser that goes back ticks them again
}

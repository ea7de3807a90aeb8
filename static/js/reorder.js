// Dragging the rows of a list by their grip. The server learns the order from the hidden inputs in the rows, which
// belong to the form that the list names. Without this file the arrows of every row do the same.
"use strict";

let dragged = null;
let follower = null; // what stood below it

const rowUnder = (event) => {
  const row = event.target.closest("[data-reorder] > li");
  return row && dragged && row.parentElement === dragged.parentElement ? row : null;
};

document.addEventListener("pointerdown", (event) => {
  const row = event.target.closest(".grip")?.closest("[data-reorder] > li");
  if (row) row.draggable = true; // by the grip alone: text stays selectable
});

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-reorder] > li[draggable='true']");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("is-dragged");
  follower = dragged.nextElementSibling;
});

document.addEventListener("dragover", (event) => {
  const row = rowUnder(event);
  if (!row) return;
  event.preventDefault();
  const box = row.getBoundingClientRect();
  const isBelow = event.clientY > box.top + box.height / 2;
  if (row !== dragged) row[isBelow ? "after" : "before"](dragged);
});

document.addEventListener("drop", (event) => {
  if (rowUnder(event)) event.preventDefault();
});

document.addEventListener("dragend", () => {
  if (!dragged) return;
  const { parentElement, nextElementSibling } = dragged;
  dragged.classList.remove("is-dragged");
  dragged.draggable = false;
  dragged = null;
  if (nextElementSibling !== follower) document.getElementById(parentElement.dataset.reorder).requestSubmit();
});

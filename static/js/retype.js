// A button that destroys waits until what it destroys was typed. Without this file the server asks for it.
"use strict";

const waitIn = (form) => {
  const field = form.querySelector("[data-retype]");
  const typed = field.value.trim();
  const wanted = field.dataset.retype;
  const isTyped = typed === wanted || (typed.includes("@") && typed.toLowerCase() === wanted.toLowerCase());
  form.querySelector("[data-waits]").disabled = !isTyped;
};

const waitEverywhere = () => document.querySelectorAll("form[data-retyped]").forEach(waitIn);

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-retyped]");
  if (form) waitIn(form);
});
document.addEventListener("htmx:afterSwap", waitEverywhere);
window.addEventListener("pageshow", waitEverywhere);
waitEverywhere();
